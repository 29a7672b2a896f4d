import type { MeasuredValue, Measurement } from '@meterbridge/core/model';

const APPLICATION: readonly string[] = ['', 'busy', 'application error', 'alarm'];
const BITS: readonly (readonly [number, string])[] = [
  [0x04, 'power low'],
  [0x08, 'permanent error'],
  [0x10, 'temporary error'],
];

const STATUS: Measurement = { key: 'status', name: 'Status', unit: null, diagnostic: true };

/** The status byte of the header (EN 13757-3, 5.4.4): `ok`, or what is wrong. */
export function statusValue(status: number, isVariable: boolean): MeasuredValue {
  // In the fixed structure the two lowest bits tell how the counters are coded.
  const application = isVariable ? APPLICATION[status & 3]! : '';
  const problems = [application, ...BITS.filter(([bit]) => status & bit).map(([, word]) => word)].filter(
    Boolean,
  );
  return { measurement: STATUS, value: problems.join(', ') || 'ok' };
}
