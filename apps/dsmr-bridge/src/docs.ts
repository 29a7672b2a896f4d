import { measurementOf } from './meters/electricity.ts';
import { obisEntries } from './protocol/obis.ts';

/** Tables of the README that are made from the code, by marker. */
export const tables = { parameters: parametersTable() };

function parametersTable(): string {
  const rows = obisEntries
    .filter(({ channel }) => channel === 0)
    .map((entry) => {
      const { key, name, unit } = measurementOf(entry, entry.unit);
      return `| \`${key}\` | ${unit ?? ''} | ${name} | \`${entry.code}\` |`;
    });
  return ['| Parameter | Unit | Meaning | OBIS object |', '|---|---|---|---|', ...rows].join('\n');
}
