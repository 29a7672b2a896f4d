import type { Decimal } from '@meterbridge/core/codec';
import { mantissaOf, type RegisterRecord } from './record.ts';
import { kindOf } from './unit.ts';

const YYYYMMDD = 49;

/**
 * ISO 8601 text of a time, a date, a day of the year (`--MM-DD`) or a date with time, in the local time of the meter;
 * null if the meter has none yet (0) or it is impossible; undefined for registers of other kinds.
 */
export function clockText(record: RegisterRecord): string | null | undefined {
  switch (kindOf(record.unitCode)) {
    case 'time':
      return timeText(digitsOf(record.value, 6));
    case 'date':
      return record.unitCode === YYYYMMDD
        ? dateText(digitsOf(record.value, 8))
        : // Years count from 2000; zeros in front got lost in the number: 60824 is 2006-08-24.
          dateText(digitsOf(record.value, 6, '20'));
    case 'monthday':
      // 2000 was a leap year: 29 February is a day of the year.
      return dateText(digitsOf(record.value, 4, '2000'))?.replace('2000', '-') ?? null;
    case 'rtc':
      return rtcText(mantissaOf(record));
    default:
      return undefined;
  }
}

/** Info, weekday, second, minute, hour, day, month, year: the order of the request examples of the KMP description, 6.3. */
function rtcText(mantissa: Uint8Array): string | null {
  if (mantissa.length !== 8) return null;
  const [, , second, minute, hour, day, month, year] = Array.from(mantissa, (byte) =>
    String(byte).padStart(2, '0'),
  );
  const date = dateText(`20${year}${month}${day}`);
  const time = timeText(`${hour}${minute}${second}`);
  return date && time && `${date}T${time}`;
}

/** Whole and not negative, padded to so many digits; else null. */
function digitsOf(value: Decimal | null, width: number, century = ''): string | null {
  if (value === null || value.decimals > 0 || value.mantissa < 0) return null;
  const digits = value.toString().padStart(width, '0');
  return digits.length > width ? null : `${century}${digits}`;
}

function timeText(digits: string | null): string | null {
  const found = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(digits ?? '');
  return found && `${found[1]}:${found[2]}:${found[3]}`;
}

function dateText(digits: string | null): string | null {
  const found = /^(?!0000)(\d{4})(\d{2})(\d{2})$/.exec(digits ?? '');
  if (!found) return null;
  const [, year, month, day] = found;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isThere = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isThere ? `${year}-${month}-${day}` : null;
}
