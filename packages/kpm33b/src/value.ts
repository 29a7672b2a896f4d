/**
 * Sign, digits, fraction, exponent; no hexadecimal, no comma, no unit. A digit belongs to one part alone: a long text
 * that is no number is not read again and again.
 */
const PLAIN_NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A value of a message as a finite number, also if it was sent as text; null for anything else. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !PLAIN_NUMBER.test(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Whether a value says nothing: null, false, an empty text, or zero in any form. */
export function isEmptyOrZero(value: unknown): boolean {
  if (value === 0 || value === null || value === '' || value === false) return true;
  return typeof value === 'string' && numberOf(value) === 0;
}
