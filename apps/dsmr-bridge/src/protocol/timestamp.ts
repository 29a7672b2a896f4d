import type { Instant } from '@meterbridge/core/model';

/** What the clock of a meter in some country shows. */
export interface MeterClock {
  /** Minutes east of UTC in winter. */
  readonly standardOffset: number;
  /** Minutes east of UTC at a local wall time, given as if it were UTC. */
  offsetAt(localMs: number): number;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/**
 * The clock of an IANA time zone.
 * @throws RangeError if there is no such zone
 */
export function meterClock(timezone: string): MeterClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offset = (utcMs: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]),
    );
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return Math.round((local - utcMs) / MINUTE);
  };
  const standardOffset = Math.min(offset(Date.UTC(2024, 0, 1)), offset(Date.UTC(2024, 6, 1)));
  let quarter = Number.NaN;
  let offsetNow = standardOffset;
  return {
    standardOffset,
    offsetAt(localMs) {
      // A look into the calendar takes longer than a whole telegram; no zone changes within a quarter of an hour.
      if (quarter !== Math.floor(localMs / QUARTER)) {
        quarter = Math.floor(localMs / QUARTER);
        // In the double hour of autumn the earlier offset is taken, in the gap of spring the later one.
        offsetNow = offset(localMs - offset(localMs - standardOffset * MINUTE) * MINUTE);
      }
      return offsetNow;
    },
  };
}

/**
 * `YYMMDDhhmmssX` in `bytes[from, to)`: X = S is an hour more than the standard offset and W is not, whatever the
 * calendar says (Swedish meters send W all year); without letter it is local wall time. Null for an impossible time.
 */
export function parseTime(bytes: Uint8Array, from: number, to: number, clock: MeterClock): Instant | null {
  if (to - from < 12 || to - from > 13) return null;
  for (let at = from; at < from + 12; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return null;
  const year = twoDigits(bytes, from);
  const month = twoDigits(bytes, from + 2);
  const day = twoDigits(bytes, from + 4);
  const hour = twoDigits(bytes, from + 6);
  const minute = twoDigits(bytes, from + 8);
  const second = twoDigits(bytes, from + 10);
  const fullYear = year + (year >= 70 ? 1900 : 2000);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(fullYear, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const localMs = Date.UTC(fullYear, month - 1, day, hour, minute, second);
  const offsetMinutes = to - from === 12 ? clock.offsetAt(localMs) : offsetOf(bytes[from + 12]!, clock);
  return offsetMinutes === null ? null : { epochMs: localMs - offsetMinutes * MINUTE, offsetMinutes };
}

function offsetOf(letter: number, clock: MeterClock): number | null {
  if (letter === 0x57 || letter === 0x77) return clock.standardOffset;
  return letter === 0x53 || letter === 0x73 ? clock.standardOffset + 60 : null;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
