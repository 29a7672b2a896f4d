import { messagesOf, type Shown } from './status.ts';
import { VERSION } from './version.ts';

/** What a bridge tells of itself now and then on its info topic. */
export function infoOf(bridge: Shown): string {
  const { lines, startedMs } = bridge;
  const meters = bridge.meters.map(({ meter: { id, type }, online }) => ({ id, type, online }));
  return JSON.stringify({
    time: new Date().toISOString(),
    version: VERSION,
    uptime_s: Math.round((Date.now() - startedMs) / 1000),
    meters,
    readings: lines.reduce((sum, line) => sum + line.readings, 0),
    messages: messagesOf(bridge),
  });
}
