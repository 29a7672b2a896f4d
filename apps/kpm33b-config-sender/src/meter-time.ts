/** `YYYYMMDDhhmmss` in the zone of this machine, as meters know none. */
export function localTime(date: Date): string {
  return timeText(new Date(date.getTime() - 60_000 * date.getTimezoneOffset()));
}

/** Whether a text is a time that a clock can show: the 31st of February is none. */
export function isTimeOfMeter(text: string): boolean {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = Date.parse(iso);
  return !Number.isNaN(ms) && timeText(new Date(ms)) === text;
}

function timeText(date: Date): string {
  return date.toISOString().replace(/\D/g, '').slice(0, 14);
}
