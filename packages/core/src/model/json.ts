import { Decimal } from '../codec/index.ts';
import { formatInstant, type Instant } from './instant.ts';
import type { Meter } from './meter.ts';
import type { Row, Value } from './reading.ts';

declare global {
  interface JSON {
    /** In every engine of today, but not in TypeScript's libraries yet: JSON text of a primitive, kept as it is. */
    rawJSON(text: string): object;
  }
}

/** JSON text of a value. Numbers keep the digits that the meter sent, however many they are. */
export function valueToJson(value: Value): string {
  if (value instanceof Decimal) return value.toString();
  if (isInstant(value)) return `"${formatInstant(value)}"`;
  if (!isList(value)) return JSON.stringify(value);
  const rows = value.map((row) => {
    const fields = Object.entries(row).map(([key, field]) => `${JSON.stringify(key)}:${valueToJson(field)}`);
    return `{${fields.join(',')}}`;
  });
  return `[${rows.join(',')}]`;
}

/** Plain text of a value, as it stands on an attribute topic: numbers, times and texts bare, lists as JSON. */
export function valueToText(value: Value): string {
  if (typeof value === 'string') return value;
  return isInstant(value) ? formatInstant(value) : valueToJson(value);
}

/** What `JSON.stringify` makes the same text of. */
export function valueToPlain(value: Value): unknown {
  if (value instanceof Decimal) return JSON.rawJSON(value.toString());
  if (isInstant(value)) return formatInstant(value);
  if (!isList(value)) return value;
  return value.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, field]) => [key, valueToPlain(field)])),
  );
}

/** Which meter it is, as it stands in JSON. */
export function identityOf({ id, type, name, manufacturer, model, serialNumber }: Meter) {
  return { id, type, name, manufacturer, model, serial_number: serialNumber };
}

export function isInstant(value: unknown): value is Instant {
  return typeof value === 'object' && value !== null && 'epochMs' in value;
}

function isList(value: Value): value is readonly Row[] {
  return Array.isArray(value);
}
