import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { dsmr } from './dsmr.ts';
import { type Contest, type Figure, measure } from './measure.ts';
import { table } from './table.ts';

/** Every bench by its name on the command line. */
const benches: Readonly<Record<string, () => readonly Contest[]>> = { dsmr };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are: ${Object.keys(benches).join(', ')}`);
  process.exit(64);
}

const results: Record<
  string,
  readonly (Omit<Contest, 'contenders'> & { readonly figures: readonly Figure[] })[]
> = {};
for (const [name, contestsOf] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  results[name] = contestsOf().map((contest) => {
    const figures = measure(contest);
    console.log(table(contest, figures));
    return { title: contest.title, unit: contest.unit, figures };
  });
}
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
writeFileSync(
  join(import.meta.dirname, 'results.json'),
  `${JSON.stringify({ machine, results }, null, 2)}\n`,
);
