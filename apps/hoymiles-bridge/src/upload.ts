import type { BridgeError } from '@meterbridge/core/errors';

/** DTUs are seen to upload to the cloud every five minutes; whoever talks to them then is in their way. */
const EVERY_MS = 300_000;
/** From then on, after each full five minutes. */
const BEGIN_MS = 290_000;
const PAUSE_MS = 30_000;
/** Without a way to the cloud they are away for up to 70 s every few minutes, which shows with one of the next readings. */
const AWAY_MS = 120_000;

/** ms from an instant until the DTU has time again; 0 if it has. */
export function uploadPauseMs(nowMs: number): number {
  const sinceMs = (nowMs - BEGIN_MS) % EVERY_MS;
  return Math.max(0, PAUSE_MS - sinceMs);
}

/** ms from an instant until the DTU begins to upload. */
export function untilUploadMs(nowMs: number): number {
  return EVERY_MS - ((nowMs - BEGIN_MS) % EVERY_MS);
}

/** Whether a DTU that was read so many ms ago will be back by itself; until then it is not looked for all the time. */
export function mayBeAway({ code }: BridgeError, sinceMs: number): boolean {
  const isUnreachable = code.startsWith('link/') || code === 'meter/no-answer';
  return isUnreachable && Math.abs(sinceMs) < AWAY_MS;
}
