/** A point in time together with the UTC offset that the meter's clock shows. */
export interface Instant {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly epochMs: number;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** ISO 8601 with offset, whole seconds unless there are milliseconds: `2026-01-31T13:05:00+01:00`. */
export function formatInstant({ epochMs, offsetMinutes }: Instant): string {
  const local = new Date(epochMs + offsetMinutes * 60_000);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const offset = Math.abs(offsetMinutes);
  const ms = local.getUTCMilliseconds();
  return (
    `${pad(local.getUTCFullYear(), 4)}-${pad(local.getUTCMonth() + 1)}-${pad(local.getUTCDate())}` +
    `T${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}:${pad(local.getUTCSeconds())}` +
    `${ms === 0 ? '' : `.${pad(ms, 3)}`}${sign}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`
  );
}
