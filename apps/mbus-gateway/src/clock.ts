import type { LocalClock } from './meters/value.ts';

const MINUTE_MS = 60_000;

/** Meters show standard time all year round, or say that they do not; the zone is that of this machine. */
export const machineClock: LocalClock = (local, isDst) => {
  const wallMs = Date.parse(`${local}Z`);
  const year = Number(local.slice(0, 4));
  const [winter, summer] = [0, 6].map((month) => -new Date(year, month, 1).getTimezoneOffset());
  const standard = Math.min(winter!, summer!);
  const offsetMinutes = isDst ? Math.max(winter!, summer!) : standard;
  return { epochMs: wallMs - offsetMinutes * MINUTE_MS, offsetMinutes };
};
