import { Decimal } from '@meterbridge/core/codec';
import type { Instant, MeasuredValue, Reading, Value } from '@meterbridge/core/model';
import type { MbusDevice } from '../protocol/mbus-device.ts';
import type { Heard, KnownMeter } from './device-meters.ts';

/**
 * What a meter behind the port tells, and whether that is new.
 * @param time of the telegram
 * @param isTold the time of capture, where there is one, is that of the reading
 */
export function deviceReading(
  known: KnownMeter,
  { device, values }: Heard,
  time: Instant,
  isTold: boolean,
): Reading {
  const { meter, last, captured: before } = known;
  const captured = captureTime(device);
  known.captured = captured;
  const isUnchanged = last !== null && before?.epochMs === captured?.epochMs && areSame(last.values, values);
  known.last = isUnchanged
    ? { ...last, unchanged: true }
    : { meter, time: (isTold ? captured : null) ?? time, values };
  return known.last;
}

function captureTime({ readings }: MbusDevice): Instant | null {
  for (let at = readings.length - 1; at >= 0; at--) {
    const { unit, details } = readings[at]!;
    if (unit !== null && details?.timestamp) return details.timestamp;
  }
  return null;
}

function areSame(some: readonly MeasuredValue[], others: readonly MeasuredValue[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (!isSame(some[at]!.value, others[at]!.value)) return false;
  return true;
}

function isSame(one: Value, other: Value): boolean {
  return one instanceof Decimal && other instanceof Decimal ? one.compare(other) === 0 : one === other;
}
