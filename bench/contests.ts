import { type Contest, type Figure, measure } from './measure.ts';
import { table } from './table.ts';

interface Result extends Omit<Contest, 'contenders'> {
  readonly figures: readonly Figure[];
}

/** Measures contests one after the other and prints a table of each. */
export function measureAll(contests: readonly Contest[]): readonly Result[] {
  return contests.map((contest) => {
    const figures = measure(contest);
    console.log(table(contest, figures));
    return { title: contest.title, unit: contest.unit, figures };
  });
}
