import { latin1Bytes } from '@meterbridge/core/codec';
import type { BridgeError } from '@meterbridge/core/errors';
import { formatLine, type Reading } from '@meterbridge/core/model';
import type { SourceContext } from '@meterbridge/core/runtime';
import { State, type StateSpace } from '@meterbridge/core/store';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { telegram, withParity } from './bridge.fixture.ts';
import { config, type Port } from './config.ts';
import { keysOf } from './encryption.ts';
import { sealTelegram } from './simulator/seal.ts';
import { source } from './source.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function portOf(keys: object): Port {
  const meters = [{ id: 'main', address: 'serial:///dev/ttyUSB0', ...keys }];
  return config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }).meters[0]!;
}

/** Runs a source against the far end of links in memory, one for each time it opens the port. */
function startSource(port: Port, state = new State().space(port.id)) {
  const abort = new AbortController();
  const opened: { readonly line: string; readonly far: Link }[] = [];
  const readings: Reading[] = [];
  const reports: string[] = [];
  const hints: string[] = [];
  const context: SourceContext<Port> = {
    entry: port,
    signal: abort.signal,
    state,
    onCommand: () => undefined,
    async open(_address, line) {
      const [near, far] = linkPair();
      opened.push({ line: formatLine(line), far });
      return near;
    },
    polling: { polls: () => [], polled: () => undefined },
    waits: () => undefined,
    report: ({ code, hint }) => {
      reports.push(code);
      hints.push(hint);
    },
    frame: () => undefined,
  };
  const ended = (async (): Promise<BridgeError | null> => {
    try {
      for await (const reading of source(context)) readings.push(reading);
      return null;
    } catch (thrown) {
      return thrown as BridgeError;
    }
  })();
  const send = async (bytes: Uint8Array): Promise<void> => {
    await opened.at(-1)!.far.write(bytes, { timeoutMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1);
  };
  return { opened, readings, reports, hints, ended, send, stop: () => abort.abort(new Error('stopped')) };
}

/** 9600 baud read at 115200. */
const SLOW_AS_FAST = Uint8Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 0xf8 : 0x00));
const PARITY_AS_DATA = withParity(telegram('00.100'));

describe('line settings', () => {
  it.each([
    [{ version: '5.0' }, '115200 8N1'],
    [{ version: '4.2' }, '115200 8N1'],
    [{ version: '3.0' }, '9600 7E1'],
    [{ version: '2.2' }, '9600 7E1'],
    [{ version: '2.2', line: '115200 8N1' }, '115200 8N1'],
    [{ version: '2.2', address: 'tcp://10.0.0.5:2001' }, '9600 7E1'],
  ])('of %o are %s', async (keys, line) => {
    const run = startSource(portOf(keys));
    await vi.advanceTimersByTimeAsync(10);
    expect(run.opened.map((one) => one.line)).toEqual([line]);
    run.stop();
    await run.ended;
  });

  it('are found out: what arrives at 115200 8N1 is no telegram, so 9600 7E1 is tried, and kept', async () => {
    const port = portOf({});
    const run = startSource(port);
    await vi.advanceTimersByTimeAsync(10);
    await run.send(SLOW_AS_FAST);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(run.opened.map(({ line }) => line)).toEqual(['115200 8N1', '9600 7E1']);
    await run.send(telegram('00.100'));
    expect(run.readings.length).toBeGreaterThan(0);
    run.stop();
    await run.ended;
    const again = startSource(port);
    await vi.advanceTimersByTimeAsync(10);
    expect(again.opened.map(({ line }) => line)).toEqual(['9600 7E1']);
    again.stop();
    await again.ended;
  });

  it('are found out: bytes that are text but for their parity are read without it', async () => {
    const run = startSource(portOf({}));
    await vi.advanceTimersByTimeAsync(10);
    await run.send(PARITY_AS_DATA);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(run.opened.map(({ line }) => line)).toEqual(['115200 8N1', '115200 7E1']);
    await run.send(telegram('00.100'));
    expect(run.readings.length).toBeGreaterThan(0);
    run.stop();
    await run.ended;
  });

  it('with 7 data bits read a serial server that passes on their parity as an eighth', async () => {
    const run = startSource(portOf({ address: 'tcp://10.0.0.5:2001', line: '9600 7E1' }));
    await vi.advanceTimersByTimeAsync(10);
    await run.send(PARITY_AS_DATA);
    expect(run.readings.length).toBeGreaterThan(0);
    run.stop();
    await run.ended;
  });

  it('are tried in turn as well when nothing arrives at all, before the port is called silent', async () => {
    const run = startSource(portOf({}));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run.opened.map(({ line }) => line)).toEqual(['115200 8N1', '9600 7E1']);
    expect((await run.ended)?.code).toBe('meter/silent');
  });
});

describe('a port', () => {
  it('that stays silent is given up after 30 s, so that the connection is made anew', async () => {
    const run = startSource(portOf({ version: '5.0' }));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(run.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await run.ended)?.code).toBe('meter/silent');
  });

  it('that falls silent, though telegrams came, may have another reader now', async () => {
    const run = startSource(portOf({}));
    await vi.advanceTimersByTimeAsync(10);
    await run.send(telegram('00.100'));
    await vi.advanceTimersByTimeAsync(35_000);
    const error = await run.ended;
    expect([error?.code, error?.hint]).toEqual(['meter/silent', expect.stringContaining('another program')]);
  });

  it('that sends bytes but no telegram is called unintelligible, with what the bytes look like', async () => {
    const run = startSource(portOf({ version: '5.0' }));
    await vi.advanceTimersByTimeAsync(10);
    for (let second = 0; second < 35; second++) {
      await run.send(PARITY_AS_DATA).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const error = await run.ended;
    expect([error?.code, error?.hint]).toEqual(['meter/unintelligible', expect.stringContaining('7E1')]);
  });

  /** Sends the same each second until the port is given up. */
  async function sendFor(port: Port, bytes: Uint8Array) {
    const run = startSource(port);
    await vi.advanceTimersByTimeAsync(10);
    for (let second = 0; second < 35; second++) {
      await run.send(bytes).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    return { ...run, error: await run.ended };
  }

  it('from which another program takes bytes is said to be shared', async () => {
    const left = telegram('00.100').filter((_byte, at) => at % 128 < 64);
    const { error, opened, hints } = await sendFor(portOf({}), left);
    expect([error?.code, error?.hint]).toEqual([
      'meter/unintelligible',
      expect.stringContaining('another program reads this port'),
    ]);
    expect(opened.map(({ line }) => line)).toEqual(['115200 8N1']);
    expect(hints.slice(0, 4).join()).not.toContain('another program');
    expect(hints.at(-1)).toContain('another program');
  });

  it('from which another program takes each beginning is said to be shared, too', async () => {
    const { error, reports, opened } = await sendFor(portOf({}), telegram('00.100').subarray(40));
    expect([error?.hint, reports]).toEqual([expect.stringContaining('another program reads this port'), []]);
    expect(opened.map(({ line }) => line)).toEqual(['115200 8N1']);
  });

  it('that carries other text is not', async () => {
    const text = latin1Bytes('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'.repeat(10));
    const { error } = await sendFor(portOf({ version: '5.0' }), text);
    expect([error?.code, error?.hint]).toEqual([
      'meter/unintelligible',
      expect.not.stringContaining('another program'),
    ]);
  });

  it('of a meter that sends no CRC, where one is required, is given up with what to do', async () => {
    const bare = latin1Bytes(
      '/ISk5\\2MT382\r\n\r\n1-0:1.8.1(00185.000*kWh)\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n',
    );
    const { error, hints } = await sendFor(portOf({ version: '2.2', crc: 'require' }), bare);
    expect(error?.code).toBe('frame/checksum-missing');
    for (const hint of [error?.hint, ...hints]) expect(hint).toContain('crc: if-present');
  });

  it('of a meter without end line gives its telegram once it falls silent', async () => {
    const run = startSource(portOf({ version: '2.2' }));
    await vi.advanceTimersByTimeAsync(10);
    const lines = [
      '/ISk5\\2MT382-1003',
      '',
      '0-0:96.1.1(4B414C37303035303738393336333132)',
      '1-0:1.8.1(00185.000*kWh)',
      '1-0:1.7.0(0001.01*kW)',
      '',
    ];
    await run.send(Buffer.from(lines.join('\r\n'), 'latin1'));
    expect(run.readings).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(run.readings).toHaveLength(1);
    run.stop();
    await run.ended;
  });

  it('that sends no CRC is believed as long as each line is complete', async () => {
    const run = startSource(portOf({ version: '2.2' }));
    await vi.advanceTimersByTimeAsync(10);
    const lines = (power: string) =>
      Buffer.from(`/ISk5\\2MT382\r\n\r\n1-0:1.8.1(00185.000*kWh)\r\n1-0:1.7.0(${power}\r\n!\r\n`, 'latin1');
    await run.send(lines('0001.01*kW('));
    await run.send(lines('0001.01*kW)'));
    expect([run.reports, run.readings.length]).toEqual([['frame/truncated'], 1]);
    run.stop();
    await run.ended;
  });

  it('reports bad telegrams and goes on', async () => {
    const run = startSource(portOf({ version: '5.0' }));
    await vi.advanceTimersByTimeAsync(10);
    const damaged = telegram('00.100');
    damaged[80]! ^= 2;
    await run.send(damaged);
    await run.send(telegram('00.200'));
    expect([run.reports, run.readings.length]).toEqual([['frame/checksum'], 2]);
    run.stop();
    await run.ended;
  });
});

describe('a port that encrypts', () => {
  const key = '0123456789ABCDEF0123456789ABCDEF';
  const sealed = (power: string, counter: number): Uint8Array =>
    sealTelegram(telegram(power), keysOf(key, undefined), counter);
  const powers = ({ readings }: { readonly readings: readonly Reading[] }): readonly string[] =>
    readings.flatMap(({ values }) =>
      values.flatMap(({ measurement, value }) =>
        measurement.key === 'current_electricity_usage' ? String(value) : [],
      ),
    );

  /** Sends to a source that has been started for it, and ends it. */
  async function sendTo(port: Port, state: StateSpace, ...frames: readonly Uint8Array[]) {
    const run = startSource(port, state);
    await vi.advanceTimersByTimeAsync(10);
    for (const bytes of frames) await run.send(bytes);
    run.stop();
    await run.ended;
    return { powers: powers(run), reports: run.reports, hints: run.hints };
  }

  it('is read with its key; what was sent before is refused, also by another connection', async () => {
    const state = new State().space('main');
    const first = await sendTo(portOf({ key }), state, sealed('00.100', 7), sealed('00.200', 8));
    const again = await sendTo(portOf({ key }), state, sealed('00.200', 8), sealed('00.100', 7));
    const newer = await sendTo(portOf({ key }), state, sealed('00.300', 9));
    expect([first.powers, again.powers, newer.powers]).toEqual([['0.100', '0.200'], [], ['0.300']]);
    expect([first.reports, again.reports]).toEqual([[], ['frame/replayed', 'frame/replayed']]);
    expect(again.hints[0]).toContain('frame_counter: off');
  });

  it('that has begun to count anew is read again once that is allowed', async () => {
    const state = new State().space('main');
    await sendTo(portOf({ key }), state, sealed('00.100', 900));
    expect((await sendTo(portOf({ key }), state, sealed('00.200', 1))).powers).toEqual([]);
    const off = portOf({ key, frame_counter: 'off' });
    expect((await sendTo(off, state, sealed('00.200', 1))).powers).toEqual(['0.200']);
    const after = await sendTo(portOf({ key }), state, sealed('00.200', 1), sealed('00.300', 2));
    expect([after.powers, after.reports]).toEqual([['0.300'], ['frame/replayed']]);
  });

  it('counts for itself: another meter, or another key, begins anew', async () => {
    const state = new State().space('main');
    const otherKey = 'FEDCBA9876543210FEDCBA9876543210';
    const ofOther = (power: string, counter: number): Uint8Array =>
      sealTelegram(telegram(power), keysOf(key, undefined), counter, latin1Bytes('SAG12345'));
    const rekeyed = sealTelegram(telegram('00.300'), keysOf(otherKey, undefined), 2);
    await sendTo(portOf({ key }), state, sealed('00.100', 900));
    const other = await sendTo(portOf({ key }), state, ofOther('00.200', 1), ofOther('00.200', 1));
    expect([other.powers, other.reports]).toEqual([['0.200'], ['frame/replayed']]);
    expect((await sendTo(portOf({ key: otherKey }), state, rekeyed)).powers).toEqual(['0.300']);
  });

  it('is not locked out by a frame that nothing vouches for', async () => {
    const port = portOf({ key, auth_key: key, crc: 'off', tag: 'off' });
    const run = await sendTo(
      port,
      new State().space('main'),
      sealed('00.100', 0xffffffff),
      sealed('00.200', 5),
    );
    expect([run.powers, run.reports]).toEqual([['0.100', '0.200'], []]);
  });

  it('leaves nothing of its key in what is kept', async () => {
    const state = new State().space('main');
    await sendTo(portOf({ key }), state, sealed('00.100', 900));
    const kept = JSON.stringify(state.keys().map((name) => [name, state.get(name)]));
    expect(kept).toContain('900');
    for (let at = 0; at < key.length - 8; at++)
      expect(kept.toUpperCase()).not.toContain(key.slice(at, at + 8));
  });

  it('is read without encryption, too, when it stops to encrypt', async () => {
    const run = startSource(portOf({ key }));
    await vi.advanceTimersByTimeAsync(10);
    await run.send(sealed('00.100', 1));
    await run.send(telegram('00.200'));
    expect(powers(run)).toEqual(['0.100', '0.200']);
    run.stop();
    await run.ended;
  });

  it('with another authentication key is read by its CRC, and that is told', async () => {
    const run = startSource(portOf({ key, auth_key: key }));
    await vi.advanceTimersByTimeAsync(10);
    await run.send(sealed('00.100', 1));
    expect([powers(run), run.reports]).toEqual([['0.100'], ['frame/authentication']]);
    run.stop();
    await run.ended;
  });

  it.each([
    [{}, 'frame/encrypted', 'key'],
    [{ key: key.replace('0', 'F') }, 'frame/decryption', 'key is wrong'],
    [{ key, auth_key: key, tag: 'verify' }, 'frame/authentication', 'auth_key'],
  ])('with %o gives nothing but one error, which names the key', async (keys, code, hint) => {
    const run = startSource(portOf(keys));
    await vi.advanceTimersByTimeAsync(10);
    for (let second = 0; second < 35; second++) {
      await run.send(sealed('00.100', second)).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const error = await run.ended;
    expect([error?.code, error?.hint]).toEqual([code, expect.stringContaining(hint)]);
    expect([run.opened.length, run.readings]).toEqual([1, []]);
  });
});
