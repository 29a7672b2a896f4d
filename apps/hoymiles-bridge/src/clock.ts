/** What a DTU is told of the time in every request. */
export interface LocalTime {
  /** Unix seconds. */
  readonly time: number;
  /** Seconds east of UTC. */
  readonly offset: number;
  /** `2024-06-10 08:13:20`, local. */
  readonly text: string;
}

/** @param timezone IANA zone */
export function localTime(ms: number, timezone: string): LocalTime {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const time = Math.floor(ms / 1000);
  const text = format.format(time * 1000);
  const offset = Date.parse(`${text.replace(' ', 'T')}Z`) / 1000 - time;
  return { time, offset, text };
}
