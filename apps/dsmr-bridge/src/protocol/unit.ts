import { latin1 } from '@meterbridge/core/codec';

const SPELLINGS = [
  'kWh', 'Wh', 'kW', 'W', 'kvarh', 'varh', 'kvar', 'var', 'kVA', 'VA', 'kV', 'V', 'kA', 'A', 'mA', 'kHz', 'Hz',
  'm3', 'm3/h', 'dm3', 'GJ', 'MJ', 's', 'degC',
] as const; // biome-ignore format: one line reads better

const bySpelling: ReadonlyMap<string, string> = new Map([
  ...SPELLINGS.map((unit) => [unit.toLowerCase(), unit] as const),
  // The superscript three in Latin-1, and in UTF-8 read as Latin-1.
  ['m³', 'm3'],
  ['mâ³', 'm3'],
  ['dm³', 'dm3'],
  ['dmâ³', 'dm3'],
]);

/** Unit in `bytes[from, to)` in its usual spelling, whatever case the meter prints; an unknown one as it stands. */
export function parseUnit(bytes: Uint8Array, from: number, to: number): string {
  const text = latin1(bytes, from, to);
  return bySpelling.get(text.toLowerCase()) ?? text;
}

/** Does `bytes[from, …)` spell this unit? */
export function isSpelled(bytes: Uint8Array, from: number, unit: string): boolean {
  for (let at = 0; at < unit.length; at++) if (bytes[from + at] !== unit.charCodeAt(at)) return false;
  return true;
}
