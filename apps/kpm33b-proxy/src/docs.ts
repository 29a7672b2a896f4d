import { DROP_REASONS, measurements } from '@meterbridge/kpm33b';

/** Tables of the README that are made from the code, by marker. */
export const tables = {
  values: valuesTable(),
  reasons: DROP_REASONS.map((reason) => `\`${reason}\``).join(', '),
};

function valuesTable(): string {
  const rows = measurements.map(
    ({ key, level, unit, name, tag, group }) =>
      `| \`${key}\` | ${level} | ${unit ?? ''} | ${name} | \`${tag}\` | ${group ? `\`${group}\`` : 'always'} |`,
  );
  return ['| Key | Topic | Unit | Meaning | Tag | Group |', '|---|---|---|---|---|---|', ...rows].join('\n');
}
