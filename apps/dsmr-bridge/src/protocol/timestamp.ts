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
        // Where wall time leaves it open, in the double hour of autumn and the gap of spring, it is standard time.
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
  const year = twoDigits(bytes, from);
  const month = twoDigits(bytes, from + 2);
  const day = twoDigits(bytes, from + 4);
  const hour = twoDigits(bytes, from + 6);
  const minute = twoDigits(bytes, from + 8);
  const second = twoDigits(bytes, from + 10);
  const days = year < 0 || month < 1 || month > 12 ? null : daysSince1970(year, month, day);
  if (days === null || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return null;
  const localMs = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
  const offsetMinutes = to - from === 12 ? clock.offsetAt(localMs) : offsetOf(bytes[from + 12]!, clock);
  return offsetMinutes === null ? null : { epochMs: localMs - offsetMinutes * MINUTE, offsetMinutes };
}

function offsetOf(letter: number, clock: MeterClock): number | null {
  if (letter === 0x57 || letter === 0x77) return clock.standardOffset;
  return letter === 0x53 || letter === 0x73 ? clock.standardOffset + 60 : null;
}

/** Number of two digits; -1 if they are not. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1;
}

/** Days of a common year before each month, and all of them. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;

/** Null if the month has no such day. Years 70 to 99 are those of the last century. */
function daysSince1970(year: number, month: number, day: number): number | null {
  const years = year >= 70 ? year - 70 : year + 30;
  // From 1970 to 2069 each fourth year is a leap year.
  const leapDay = years % 4 === 2 ? 1 : 0;
  const before = DAYS_BEFORE[month - 1]! + (month > 2 ? leapDay : 0);
  const after = DAYS_BEFORE[month]! + (month > 1 ? leapDay : 0);
  if (day < 1 || day > after - before) return null;
  return 365 * years + Math.floor((years + 1) / 4) + before + day - 1;
}
