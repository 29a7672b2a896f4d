import { type Contest, type Figure, measure } from './measure.ts';
import { table } from './table.ts';

interface Result extends Omit<Contest, 'contenders'> {
  readonly figures: readonly Figure[];
}

/** Measures contests one after the other and prints a table of each. */
export async function measureAll(contests: readonly Contest[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const contest of contests) {
    const figures = await measure(contest);
    console.log(table(contest, figures));
    const { contenders: _, ...about } = contest;
    results.push({ ...about, figures });
  }
  return results;
}
