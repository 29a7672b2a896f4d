/** How long ago, for people: `now`, `12 s ago`, `3 min ago`. */
export function formatAge(seconds: number): string {
  return seconds < 2 ? 'now' : `${formatSpan(seconds)} ago`;
}

/** `12 s`, `3 min`, `5 h`, `2 d`. */
export function formatSpan(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `2026-01-31T13:05:00+01:00` as `2026-01-31 13:05:00`: the clock of the meter, as it shows it. */
export function formatTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** A number with about four digits that count, for minima and means. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.max(0, 3 - Math.max(0, Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(Math.min(decimals, 3));
}

export function formatCount(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u202f');
}
