/** What a date or time of a meter says: local time of the meter, without zone. */
export interface MeterTime {
  readonly type: 'date' | 'datetime' | 'time';
  /** `2024-05-31`, `2024-05-31T23:59:00` or `03:04:05`; null if it is no point in time. */
  readonly value: string | null;
  /** The moment that is sent along with the mark that it is invalid. */
  readonly text?: string;
  readonly isDst?: true;
}

const TWO = Array.from({ length: 256 }, (_, number) => String(number).padStart(2, '0'));
const MONTH_DAYS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const NO_DATE: MeterTime = { type: 'date', value: null };
const NO_TIME: MeterTime = { type: 'time', value: null };

/** Type G, 2 bytes, least significant first: day, month, year. @see EN 13757-3, annex A */
export function dateG(low: number, high: number): MeterTime {
  const date = dateText(low, high, 0);
  return date === null ? NO_DATE : { type: 'date', value: date };
}

/** Type F, 4 bytes: minute, hour, and a date as in type G. */
export function datetimeF(b0: number, b1: number, b2: number, b3: number): MeterTime {
  const minute = b0 & 0x3f;
  const hour = b1 & 0x1f;
  const date = dateText(b2, b3, (b1 >> 5) & 3);
  const isMoment = date !== null && minute <= 59 && hour <= 23;
  const text = isMoment ? `${date}T${TWO[hour]}:${TWO[minute]}:00` : null;
  return datetime(text, (b0 & 0x80) !== 0, (b1 & 0x80) !== 0);
}

/** Type I, 6 bytes: second, minute, hour, a date as in type G, and the week. */
export function datetimeI(b0: number, b1: number, b2: number, b3: number, b4: number): MeterTime {
  const second = b0 & 0x3f;
  const minute = b1 & 0x3f;
  const hour = b2 & 0x1f;
  const date = dateText(b3, b4, 0);
  const isMoment = date !== null && second <= 59 && minute <= 59 && hour <= 23;
  const text = isMoment ? `${date}T${TWO[hour]}:${TWO[minute]}:${TWO[second]}` : null;
  return datetime(text, (b1 & 0x80) !== 0, (b0 & 0x40) !== 0);
}

/** Type J, 3 bytes: second, minute, hour. */
export function timeJ(b0: number, b1: number, b2: number): MeterTime {
  const second = b0 & 0x3f;
  const minute = b1 & 0x3f;
  const hour = b2 & 0x1f;
  if (second > 59 || minute > 59 || hour > 23) return NO_TIME;
  return { type: 'time', value: `${TWO[hour]}:${TWO[minute]}:${TWO[second]}` };
}

/** @param text the moment; null if it is none */
function datetime(text: string | null, isInvalid: boolean, isDst: boolean): MeterTime {
  const type = 'datetime';
  const moment =
    isInvalid && text !== null ? ({ type, value: null, text } as const) : ({ type, value: text } as const);
  return isDst ? { ...moment, isDst } : moment;
}

/** A calendar date, or null: marks for "every day", "every month" and "every year" are none, and neither is zero. */
function dateText(low: number, high: number, hundreds: number): string | null {
  const day = low & 0x1f;
  const month = high & 0x0f;
  const shortYear = (low >> 5) | ((high & 0xf0) >> 1);
  if (shortYear > 99 || day === 0 || day > (MONTH_DAYS[month - 1] ?? 0)) return null;
  const year = hundreds > 0 ? 1900 + 100 * hundreds + shortYear : shortYear + (shortYear > 80 ? 1900 : 2000);
  if (day === 29 && month === 2 && !isLeapYear(year)) return null;
  return `${year}-${TWO[month]}-${TWO[day]}`;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
