/** `YYYYMMDDhhmmss` in the zone of this machine, as meters know none. */
export function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - 60_000 * date.getTimezoneOffset());
  return shifted.toISOString().replace(/\D/g, '').slice(0, 14);
}
