import type { Contest, Figure, Spread } from './measure.ts';

/** Figures of a contest for people. */
export function table({ title, unit, bytesPerUnit }: Contest, figures: readonly Figure[]): string {
  const megabytes = (perSecond: number): readonly string[] =>
    bytesPerUnit === undefined ? [] : [rounded((perSecond * bytesPerUnit) / 1e6)];
  const head = bytesPerUnit === undefined ? [`${unit}/s`] : [`${unit}/s`, 'MB/s'];
  return textTable([
    [title, ...head, 'relative', 'middle half of the rounds'],
    ...figures.map(({ name, perSecond, ratio }) => [
      name,
      rounded(perSecond.median),
      ...megabytes(perSecond.median),
      `${ratio.median.toFixed(2)} ×`,
      range(ratio),
    ]),
  ]);
}

/** The first row is the head; the first column is text, all others are numbers. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
  return `\n${[lines[0], '─'.repeat(lines[0]!.length), ...lines.slice(1)].join('\n')}`;
}

function range({ low, high }: Spread): string {
  return `${low.toFixed(2)} – ${high.toFixed(2)}`;
}

/** Three significant digits are all that a measurement of this kind has. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}
