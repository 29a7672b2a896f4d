import { Decimal } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement } from '@meterbridge/core/model';
import type { P1Object } from '../protocol/object.ts';
import { inPublishedUnit, unitTraits } from './units.ts';

/** Which unknown objects are published: those with these codes, or all. */
export type Wanted = ReadonlySet<string> | 'all';

const hidden = { unit: null, diagnostic: true, disabledByDefault: true } as const;
const COUNT: Measurement = {
  key: 'unknown_object_count',
  name: 'Unknown objects, count',
  stateClass: 'measurement',
  precision: 0,
  ...hidden,
};
const LIST: Measurement = { key: 'unknown_objects', name: 'Unknown objects', ...hidden };

const cache = new Map<string, Measurement>();

/** Codes come from the wire: no more of them than this are kept. */
const MOST_CACHED = 1_000;

/** Appends how many objects are in no table, their codes, and the values of those that are wanted. */
export function appendUnknown(objects: readonly P1Object[], wanted: Wanted, values: MeasuredValue[]): void {
  let count = 0;
  let codes = '';
  for (const object of objects) {
    if (object.entry !== null) continue;
    count++;
    codes += codes === '' ? object.obis : ` ${object.obis}`;
    if (wanted === 'all' || wanted.has(object.obis)) values.push(unknownValue(object));
  }
  // A telegram of nothing else gives no reading: it need not come from a meter.
  if (count === 0 || values.length === 0) return;
  values.push({ measurement: COUNT, value: new Decimal(count) }, { measurement: LIST, value: codes });
}

function unknownValue({ obis, value, unit }: P1Object): MeasuredValue {
  const published = value instanceof Decimal ? inPublishedUnit(value, unit) : null;
  if (published) return { measurement: measurementOf(obis, published.unit), value: published.value };
  const text = value instanceof Decimal ? `${value}*${unit}` : plainText(value);
  return { measurement: measurementOf(obis, null), value: text };
}

function plainText(value: P1Object['value']): string | null {
  if (value === null || typeof value === 'string') return value;
  return Array.isArray(value) ? value.map((group) => `(${group})`).join('') : null;
}

/** `1-0:99.1.0` as `obis_1_0_99_1_0`. What grows and what does not is not known of it. */
function measurementOf(obis: string, unit: string | null): Measurement {
  const id = `${obis} ${unit}`;
  const known = cache.get(id);
  if (known) return known;
  const { deviceClass, precision } = (unit !== null && unitTraits[unit]) || {};
  const measurement = {
    key: `obis_${obis.replace(/\D/g, '_')}`,
    name: `Object ${obis}`,
    unit,
    ...(deviceClass !== undefined && deviceClass !== 'energy' && { deviceClass }),
    ...(precision !== undefined && { precision }),
  };
  if (cache.size < MOST_CACHED) cache.set(id, measurement);
  return measurement;
}
