import { publishedAs } from './meters/classes.ts';
import { FB_VIFS, FD_VIFS, PRIMARY_VIFS } from './protocol/vif.ts';

/** Tables of the README that are made from the code, by marker. */
export const tables = { parameters: parametersTable() };

function parametersTable(): string {
  const rows = new Map<string, string>();
  for (const { quantity, unit } of [...PRIMARY_VIFS, ...FB_VIFS, ...FD_VIFS]) {
    const { key, name, unit: shown, deviceClass = '' } = publishedAs(quantity, unit);
    rows.set(key, `| \`${key}\` | ${shown ?? ''} | ${name} | ${deviceClass} |`);
  }
  return ['| Parameter | Unit | Meaning | Device class |', '|---|---|---|---|', ...rows.values()].join('\n');
}
