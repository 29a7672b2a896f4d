import { PUBLISHED } from './meters/classes.ts';

/** Tables of the README that are made from the code, by marker. */
export const tables = { parameters: parametersTable() };

function parametersTable(): string {
  const rows = new Map<string, string>();
  for (const { key, name, unit, deviceClass } of Object.values(PUBLISHED)) {
    if (!rows.has(key)) rows.set(key, `| \`${key}\` | ${unit ?? ''} | ${name} | ${deviceClass ?? ''} |`);
  }
  return ['| Parameter | Unit | Meaning | Device class |', '|---|---|---|---|', ...rows.values()].join('\n');
}
