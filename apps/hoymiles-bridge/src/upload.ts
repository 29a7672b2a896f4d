/** DTUs are seen to upload to the cloud every five minutes; whoever talks to them then is in their way. */
const EVERY_MS = 300_000;
/** From then on, after each full five minutes. */
const BEGIN_MS = 290_000;
const PAUSE_MS = 30_000;

/** ms from an instant until the DTU has time again; 0 if it has. */
export function uploadPauseMs(nowMs: number): number {
  const sinceMs = (nowMs - BEGIN_MS) % EVERY_MS;
  return Math.max(0, PAUSE_MS - sinceMs);
}

/** ms from an instant until the DTU begins to upload. */
export function untilUploadMs(nowMs: number): number {
  return EVERY_MS - ((nowMs - BEGIN_MS) % EVERY_MS);
}
