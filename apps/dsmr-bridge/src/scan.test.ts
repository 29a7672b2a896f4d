import type { BridgeError } from '@meterbridge/core/errors';
import { formatLine } from '@meterbridge/core/model';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { telegram, withParity } from './bridge.fixture.ts';
import { keysOf } from './encryption.ts';
import { type Scanned, scanPort } from './scan.ts';
import { sealTelegram } from './simulator/seal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SERIAL = { kind: 'serial', path: '/dev/ttyUSB0' } as const;
const TCP = { kind: 'tcp', host: '10.0.0.5', tcpPort: 2001 } as const;
const KEYS = keysOf('0123456789ABCDEF0123456789ABCDEF', undefined);
const bytes = telegram('00.100');

/** Scans a port whose meter sends something every so often, depending on the line settings. */
async function scan(
  sends: (line: string) => Uint8Array | null,
  port: typeof SERIAL | typeof TCP = SERIAL,
  keys = KEYS,
) {
  const tried: string[] = [];
  const abort = new AbortController();
  const start = performance.now();
  const open = async (_address: unknown, settings: Scanned['line']): Promise<Link> => {
    const [near, far] = linkPair();
    const line = formatLine(settings);
    tried.push(line);
    const sent = sends(line);
    if (sent) setInterval(() => void far.write(sent, { timeoutMs: 100 }).catch(() => undefined), 1_000);
    return near;
  };
  const outcome = scanPort(port, { open, keys, signal: abort.signal }).then(
    ({ line, frame, problem }) => ({ line: formatLine(line), header: frame?.header ?? null, problem }),
    ({ code }: BridgeError) => code,
  );
  await vi.advanceTimersByTimeAsync(30_000);
  return { tried, outcome: await outcome, ms: performance.now() - start };
}

const HEADER = 'ISK5\\2M550T-1012';

describe('a scan', () => {
  it('finds a meter of DSMR 4 and later at once', async () => {
    const { tried, outcome } = await scan(() => bytes);
    expect(outcome).toEqual({ line: '115200 8N1', header: HEADER, problem: null });
    expect(tried).toEqual(['115200 8N1']);
  });

  it('finds one of DSMR 2 and 3, that sends garbage at another speed or nothing', async () => {
    for (const garbage of [new Uint8Array(300).fill(0xf8), null]) {
      const { tried, outcome } = await scan((line) => (line === '9600 7E1' ? bytes : garbage));
      expect(outcome).toMatchObject({ line: '9600 7E1', header: HEADER });
      expect(tried).toEqual(['115200 8N1', '9600 7E1']);
    }
  });

  /** Scans a port on which these pieces arrive, each at its time in milliseconds. */
  async function scanPieces(...pieces: readonly (readonly [number, Uint8Array])[]) {
    const open = async (): Promise<Link> => {
      const [near, far] = linkPair();
      for (const [atMs, piece] of pieces)
        setTimeout(() => void far.write(piece, { timeoutMs: 100 }).catch(() => undefined), atMs);
      return near;
    };
    const scanned = scanPort(TCP, { open, keys: null, signal: new AbortController().signal });
    await vi.advanceTimersByTimeAsync(12_500);
    return await scanned;
  }

  it('waits for the end of a slow telegram that began at the last moment', async () => {
    const pieces = Array.from({ length: 12 }, (_, at) => {
      const piece = bytes.subarray((at * bytes.length) / 12, ((at + 1) * bytes.length) / 12);
      return [10_000 + at * 120, piece] as const;
    });
    expect((await scanPieces(...pieces)).frame?.header).toBe(HEADER);
  });

  it('waits for the next telegram if it came too late for the beginning of one', async () => {
    const scanned = await scanPieces([0, bytes.subarray(40)], [9_500, bytes]);
    expect(scanned.frame?.header).toBe(HEADER);
  });

  it('sees that the eighth bit is parity', async () => {
    const { outcome } = await scan(() => withParity(bytes));
    expect(outcome).toMatchObject({ line: '115200 7E1', header: HEADER });
  });

  it('reads encrypted telegrams, or says that a key is needed or wrong', async () => {
    const sealed = sealTelegram(bytes, KEYS, 1);
    expect((await scan(() => sealed)).outcome).toMatchObject({ header: HEADER, problem: null });
    const wrong = keysOf('F123456789ABCDEF0123456789ABCDEF', undefined);
    expect((await scan(() => sealed, SERIAL, wrong)).outcome).toMatchObject({
      header: null,
      problem: 'frame/decryption',
    });
  });

  it('says that nothing comes, or nothing that can be understood', async () => {
    expect((await scan(() => null)).outcome).toBe('meter/silent');
    expect((await scan(() => new Uint8Array(300).fill(0xf8))).outcome).toBe('meter/unintelligible');
  });

  it('tries no line settings at a serial server', async () => {
    const { tried, outcome } = await scan(() => null, TCP);
    expect([tried, outcome]).toEqual([['115200 8N1'], 'meter/silent']);
  });
});
