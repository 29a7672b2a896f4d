import { hasSystemdNotify, notifySocket } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../observe/index.ts';
import { State } from '../store/index.ts';
import { sleep } from '../time/index.ts';
import { Line } from './line.ts';
import type { Entry, Source, SourceContext } from './source.ts';
import { systemdOf } from './systemd.ts';
import { Watchdog } from './watchdog.ts';

const BREAKER = { failures: 5, reset_after: 60_000 };
const STALLED_AFTER_MS = 300;
const WAIT = { timeout: 10_000 };

interface Settings {
  readonly isAbstract?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** A watchdog over a line with this source, and what systemd and the log are told. */
async function startWatchdog(source: Source<Entry>, { isAbstract, env }: Settings = {}) {
  const socket = await notifySocket(isAbstract === undefined ? {} : { isAbstract });
  const logged: string[] = [];
  const log = createLogger({ level: 'info', format: 'json' }, { write: (line) => logged.push(line) });
  const events = { onReading: () => undefined, onGivenUp: () => undefined, onReplaced: () => undefined };
  const line = new Line({
    entry: { id: 'bus' },
    source,
    breaker: BREAKER,
    log: createLogger({ level: 'silent', format: 'json' }),
    events,
    state: new State().space('bus'),
  });
  const systemd = systemdOf({ NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: '100000', ...env });
  const watchdog = new Watchdog(systemd!, { lines: [line], summary: 'all\nwell' }, log, STALLED_AFTER_MS);
  const abort = new AbortController();
  void line.run(abort.signal);
  await watchdog.started();
  return {
    socket,
    logged,
    beats: () => socket.text.split('WATCHDOG=1').length - 1,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await watchdog.stopping();
      await socket[Symbol.asyncDispose]();
    },
  };
}

/** A source without readings. */
function sourceOf(run: (context: SourceContext<Entry>) => Promise<void>): Source<Entry> {
  return async function* (context) {
    await run(context);
    yield* [];
  };
}

const hangs = sourceOf(() => new Promise(() => undefined));
const waits = sourceOf(async (context) => {
  context.waits(3_600_000);
  await sleep(3_600_000, context.signal);
});
const reports = sourceOf(async ({ frame, signal }) => {
  for (;;) {
    frame({ bytes: Uint8Array.of(1) });
    await sleep(50, signal);
  }
});

describe.skipIf(!hasSystemdNotify)('the watchdog', () => {
  it.each([false, true])('tells systemd what it is to know (abstract socket: %s)', async (isAbstract) => {
    await using watchdog = await startWatchdog(reports, { isAbstract });
    const { socket } = watchdog;
    await expect.poll(() => watchdog.beats(), WAIT).toBeGreaterThan(10);
    expect(socket.text.startsWith('READY=1\nSTATUS=all well')).toBe(true);
    // Told once, not with each sign of life.
    expect(socket.text.split('STATUS=')).toHaveLength(2);
    expect(watchdog.logged).toEqual([]);
  });

  it('is fed while a source waits for its time', async () => {
    await using watchdog = await startWatchdog(waits);
    await expect.poll(() => watchdog.beats(), WAIT).toBeGreaterThan(15);
    expect(watchdog.logged).toEqual([]);
  });

  it('is not fed any more when a source hangs', async () => {
    await using watchdog = await startWatchdog(hangs);
    await expect.poll(() => watchdog.socket.text, WAIT).toContain('STATUS=bus makes no progress');
    const beats = watchdog.beats();
    await sleep(500, AbortSignal.timeout(5_000));
    expect(watchdog.beats()).toBe(beats);
    expect(watchdog.logged.map((line) => JSON.parse(line).err.code)).toEqual(['line/stalled']);
  });

  it('says goodbye', async () => {
    const watchdog = await startWatchdog(reports);
    await watchdog[Symbol.asyncDispose]();
    expect(watchdog.socket.text).toContain('STOPPING=1');
  });

  it.each([
    ['is meant for another process', { WATCHDOG_PID: '1' }],
    ['is off', { WATCHDOG_USEC: undefined }],
  ])('sends no signs of life where it %s', async (_, env) => {
    await using watchdog = await startWatchdog(reports, { env });
    await sleep(400, AbortSignal.timeout(5_000));
    expect(watchdog.beats()).toBe(0);
    expect(watchdog.socket.text).toContain('READY=1');
  });

  it('says once that systemd cannot be reached, and goes on', async () => {
    await using watchdog = await startWatchdog(reports, { env: { NOTIFY_SOCKET: '/nowhere/socket' } });
    await sleep(400, AbortSignal.timeout(5_000));
    expect(watchdog.logged.map((line) => JSON.parse(line).err.code)).toEqual(['systemd/unreachable']);
  });
});

it('is not there where nobody asks for it', () => {
  expect(systemdOf({})).toBeNull();
});
