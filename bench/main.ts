import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAll } from './contests.ts';
import { delivery } from './delivery.ts';
import { dsmr } from './dsmr.ts';
import { fleet } from './fleet.ts';
import { footprint } from './footprint.ts';
import { fuzz } from './fuzz.ts';
import { growth } from './growth.ts';
import { hoymiles } from './hoymiles.ts';
import { kmp } from './kmp.ts';
import { kpm33b } from './kpm33b.ts';
import { mbus } from './mbus.ts';
import { soak } from './soak.ts';

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
  footprint: { run: footprint },
  growth: { run: growth },
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
const chosen = Object.entries(benches).filter(([name, { isLong }]) =>
  wanted.length > 0 ? wanted.includes(name) : !isLong,
);
const failed: string[] = [];
for (const [index, [name, { run }]] of chosen.entries()) {
  const machine = machineNow();
  const startMs = performance.now();
  console.log(`\n── ${name} (${index + 1} of ${chosen.length})`);
  try {
    const figures = await run({ minutes });
    const results = { ...readResults(), [name]: { machine, figures } };
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(`── ${name}: ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  } catch (error) {
    // What the others find out is not lost with it.
    failed.push(name);
    console.error(`── ${name} failed:`, error);
  }
}
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
// A bench that failed may have left something open.
process.exit(failed.length > 0 ? 1 : 0);

/** Figures are worth nothing without it. */
function machineNow() {
  return {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.version,
    /** Processes that wanted a core in the minute before. */
    load: Number(loadavg()[0]!.toFixed(2)),
  };
}

/** Those of benches that do not run this time are kept. */
function readResults(): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
