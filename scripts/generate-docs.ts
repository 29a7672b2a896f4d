/** Writes the parts of the documents that are made from the code. With --check it only tells whether they are up to date. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, sampleYaml } from '@meterbridge/core/config';
import { errorCodes } from '@meterbridge/core/errors';
import { zoneTable } from '../packages/testing/src/zones.ts';
import { runConsoleBlocks } from './console-blocks.ts';
import { dashboards } from './dashboards.ts';
import { performanceFiles } from './performance/index.ts';

const ROOT = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const stale: string[] = [];

settle('docs/ERRORS.md', errorsDocument());
const architecture = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
settle('docs/ARCHITECTURE.md', replacePart(architecture, 'zones', zoneTable()));
settle('docs/MIGRATING.md', runConsoleBlocks(readFileSync(join(ROOT, 'docs/MIGRATING.md'), 'utf8')));
settle('docs/CONFIGURATION.md', await configurationDocument());
for (const [file, text] of performanceFiles()) settle(file, text);
for (const [name, text] of dashboards()) settle(`deploy/monitoring/grafana/dashboards/${name}.json`, text);
for (const app of readdirSync(join(ROOT, 'apps'), { withFileTypes: true })) {
  if (app.isDirectory()) await settleApp(app.name);
}
if (isCheck && stale.length > 0) {
  process.stderr.write(`not up to date: ${stale.join(', ')}; pnpm run docs writes them\n`);
  process.exitCode = 1;
}

async function settleApp(name: string): Promise<void> {
  const folder = join(ROOT, 'apps', name);
  const { config, example } = await import(join(folder, 'src/config.ts'));
  settle(`apps/${name}/config.sample.yaml`, sampleYaml(config, { name, example }));
  const { tables } = await import(join(folder, 'src/docs.ts'));
  const parts = { settings: markdownTable(config), ...tables };
  let readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const [marker, text] of Object.entries<string>(parts)) readme = replacePart(readme, marker, text);
  settle(`apps/${name}/README.md`, readme);
}

/** The keys that all bridges have, of the tables of each. */
async function configurationDocument(): Promise<string> {
  const bridges = ['dsmr-bridge', 'kamstrup-bridge', 'mbus-gateway', 'hoymiles-bridge'];
  const tables = await Promise.all(
    bridges.map(async (name) => {
      const { config } = await import(join(ROOT, 'apps', name, 'src/config.ts'));
      return markdownTable(config).trim().split('\n');
    }),
  );
  const [head, rule, ...rows] = tables[0]!.filter((row) => tables.every((others) => others.includes(row)));
  const table = (chosen: readonly string[]): string => [head, rule, ...chosen].join('\n');
  const isOfMeter = (row: string): boolean => row.startsWith('| `meters[].');
  const document = readFileSync(join(ROOT, 'docs/CONFIGURATION.md'), 'utf8');
  const all = replacePart(document, 'all', table(rows.filter((row) => !isOfMeter(row))));
  return replacePart(all, 'meters', table(rows.filter(isOfMeter)));
}

function settle(file: string, text: string): void {
  const path = join(ROOT, file);
  const current = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (current === text) return;
  stale.push(file);
  if (!isCheck) writeFileSync(path, text);
}

/** Replaces what stands between `<!-- begin marker -->` and `<!-- end marker -->`. */
function replacePart(document: string, marker: string, text: string): string {
  const [begin, end] = [`<!-- begin ${marker} -->`, `<!-- end ${marker} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`a document lacks the part "${marker}"`);
  return `${document.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}

function errorsDocument(): string {
  const what = {
    now: 'goes on at once',
    soon: 'tries again within seconds',
    later: 'tries again, less and less often',
    never: 'does not try again',
  };
  const sections = Object.entries(errorCodes).map(
    ([code, info]) =>
      `## ${code}\n\n${info.what}\n\n**What to do:** ${info.hint}\n\nThe program ${what[info.retry]}.`,
  );
  const head = [
    '# Errors',
    'Every error has a code. It is in the log, on the status page, in `/health`, and behind messages of the command line. Scripts can rely on the codes; the texts may change.',
    'Exit codes: 0 all well, 1 failure, 64 the command line was not understood, 78 the configuration is wrong.',
  ];
  return `${[...head, ...sections].join('\n\n')}\n`;
}
