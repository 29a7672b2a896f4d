import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAll } from './contests.ts';
import { delivery } from './delivery.ts';
import { dsmr } from './dsmr.ts';
import { fleet } from './fleet.ts';
import { fuzz } from './fuzz.ts';
import { hoymiles } from './hoymiles.ts';
import { kmp } from './kmp.ts';
import { kpm33b } from './kpm33b.ts';
import { mbus } from './mbus.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';

interface Bench {
  /** @returns figures for `results.json` */
  run(options: { readonly minutes: number }): unknown;
  /** Takes minutes by its nature: only when asked for by name. */
  readonly isLong?: true;
}

/** Every bench by its name on the command line. */
const benches: Readonly<Record<string, Bench>> = {
  dsmr: { run: () => measureAll(dsmr()) },
  kmp: { run: kmp },
  mbus: { run: () => measureAll(mbus()) },
  hoymiles: { run: () => measureAll(hoymiles()) },
  kpm33b: { run: () => measureAll(kpm33b()) },
  delivery: { run: delivery },
  start: { run: start, isLong: true },
  fleet: { run: fleet, isLong: true },
  fuzz: { run: fuzz, isLong: true },
  soak: { run: soak, isLong: true },
};

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' } },
});
const minutes = Number(values.minutes);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0 || !(minutes > 0)) {
  console.error(`usage: pnpm bench [${Object.keys(benches).join('|')}…] [--minutes N]`);
  process.exit(64);
}

const file = join(import.meta.dirname, 'results.json');
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
for (const [name, { run, isLong }] of Object.entries(benches)) {
  if (wanted.length > 0 ? !wanted.includes(name) : isLong) continue;
  const figures = await run({ minutes });
  const results = { ...readResults(), [name]: { machine, figures } };
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** Those of benches that do not run this time are kept. */
function readResults(): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
