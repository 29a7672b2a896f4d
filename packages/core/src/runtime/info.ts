import { networkInterfaces } from 'node:os';
import type { LogLevel } from '../config/index.ts';
import type { Poll } from './poll.ts';
import { messagesOf, type Shown } from './status.ts';
import { VERSION } from './version.ts';

/** What a bridge tells of itself now and then on its info topic. */
export function infoOf(bridge: Shown, logLevel: LogLevel): string {
  const { lines, startedMs } = bridge;
  const polling = pollingOf(lines.flatMap(({ polls }) => polls));
  const meters = bridge.meters.map(({ meter: { id, type, uniqueId }, online }) => {
    return { id, type, online, ...polling.get(uniqueId) };
  });
  return JSON.stringify({
    time: new Date().toISOString(),
    version: VERSION,
    started: new Date(startedMs).toISOString(),
    uptime_s: Math.round(process.uptime()),
    ip_address: ownAddress(),
    log_level: logLevel,
    meters,
    readings: lines.reduce((sum, line) => sum + line.readings, 0),
    messages: messagesOf(bridge),
  });
}

interface Polling {
  /** How often it is asked, or those that are read through it; null: not all of them as often. */
  readonly interval_s: number | null;
  /** What its last reading took. */
  readonly read_ms?: number;
}

/** By unique id. */
function pollingOf(polls: readonly Poll[]): ReadonlyMap<string, Polling> {
  const polling = new Map<string, Polling>();
  for (const { intervalMs, readMs, meters } of polls) {
    const seconds = intervalMs / 1000;
    for (const meter of meters.values()) {
      for (let front = meter.via; front; front = front.via) {
        const before = polling.get(front.uniqueId);
        const isSame = before === undefined || before.interval_s === seconds;
        polling.set(front.uniqueId, { ...before, interval_s: isSame ? seconds : null });
      }
      const took = readMs === null ? {} : { read_ms: Math.round(readMs) };
      polling.set(meter.uniqueId, { interval_s: seconds, ...took });
    }
  }
  return polling;
}

/** Under which others reach this machine; null without a network, or where a sandbox forbids to ask for it. */
function ownAddress(): string | null {
  const all = Object.values(interfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal }) => !internal);
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? null;
}

function interfaces(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}
