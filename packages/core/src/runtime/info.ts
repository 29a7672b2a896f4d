import { networkInterfaces } from 'node:os';
import type { LogLevel } from '../config/index.ts';
import type { Meter } from '../model/index.ts';
import type { ObservedLine } from './health.ts';
import { messagesOf, type Shown } from './status.ts';
import { VERSION } from './version.ts';

/** What a bridge tells of itself now and then on its info topic. */
export function infoOf(bridge: Shown, logLevel: LogLevel): string {
  const { lines, startedMs } = bridge;
  const meters = bridge.meters.map(({ meter, online }) => ({
    id: meter.id,
    type: meter.type,
    online,
    ...pollingOf(meter, lines),
  }));
  return JSON.stringify({
    time: new Date().toISOString(),
    version: VERSION,
    started: new Date(startedMs).toISOString(),
    uptime_s: Math.round((Date.now() - startedMs) / 1000),
    ip_address: ownAddress(),
    log_level: logLevel,
    meters,
    readings: lines.reduce((sum, line) => sum + line.readings, 0),
    messages: messagesOf(bridge),
  });
}

/** How often it is asked, or those that are read through it; and what its last reading took. */
function pollingOf(meter: Meter, lines: readonly ObservedLine[]) {
  const polls = lines.flatMap((line) => line.polls.filter((poll) => poll.leadsTo(meter)));
  const intervals = new Set(polls.map(({ intervalMs }) => intervalMs));
  const own = polls.find(({ meters }) => meters.has(meter.uniqueId));
  return {
    ...(intervals.size > 0 && { interval_s: intervals.size === 1 ? [...intervals][0]! / 1000 : null }),
    ...(own?.readMs != null && { read_ms: Math.round(own.readMs) }),
  };
}

/** Under which others reach this machine; null without a network. */
function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal }) => !internal);
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? null;
}
