export interface DaySettings {
  /** IANA zone. */
  readonly timezone: string;
  /** Local hour at which a day begins. */
  readonly resetHour: number;
}

/** The day of an instant: a local date, which lasts until the reset hour of the next. */
export function localDay({ timezone, resetHour }: DaySettings): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const before = part('hour') < resetHour ? 1 : 0;
    const date = new Date(Date.UTC(part('year'), part('month') - 1, part('day') - before));
    return date.toISOString().slice(0, 10);
  };
}
