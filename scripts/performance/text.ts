import type { Spread } from '../../bench/measure.ts';

/** A table in Markdown; the first row is its head. Columns but the first are numbers. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Three significant digits are all that a measurement has. */
export function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

/** With the range in which the middle half of the rounds lies. */
export function spread({ median, low, high }: Spread, unit = ''): string {
  return `${number(median)}${unit} (${number(low)} – ${number(high)})`;
}

export function percent(part: number): string {
  return `${number(100 * part)} %`;
}

export function bytes(count: number): string {
  return count < 1e6 ? `${number(count / 1e3)} kB` : `${number(count / 1e6)} MB`;
}
