import { address } from '@meterbridge/core/config';
import type { LineSettings } from '@meterbridge/core/model';
import { linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { type LineKeys, LineSession } from './line-session.ts';

const signal = new AbortController().signal;
const usual = { baud: 2400, dtr: true, rts: true, tcp_latency: 1, answer_timeout: 1 };

/** The settings with which a line is opened when these ask one after the other. */
async function openedFor(all: readonly LineKeys[]) {
  const opened: LineSettings[] = [];
  await using session = new LineSession({
    signal,
    open: async (_address, line) => {
      opened.push(line);
      return linkPair()[0];
    },
    frame: () => undefined,
    report: () => undefined,
  });
  for (const keys of all) await session.inTurn(keys, async () => undefined);
  return opened;
}

describe('a line', () => {
  const serial = { ...usual, address: address.parse('/dev/ttyUSB0') };
  const tcp = { ...usual, address: address.parse('tcp://127.0.0.1:1') };
  const line = { baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1, dtr: true, rts: true };

  it('is opened once, with DTR and RTS on for converters that live on them', async () => {
    expect(await openedFor([serial, serial])).toEqual([line]);
  });

  it.each([{ dtr: false }, { rts: false }, { dtr: false, rts: false }])(
    'is opened with %o if told so',
    async (off) => {
      expect(await openedFor([{ ...serial, ...off }])).toEqual([{ ...line, ...off }]);
    },
  );

  it('is opened anew for a meter of another speed, but not behind a serial server', async () => {
    const speeds = [{ ...serial, baud: 9600 }, serial].map(({ baud }) => baud);
    const opened = await openedFor(speeds.map((baud) => ({ ...serial, baud })));
    expect(opened.map(({ baudRate }) => baudRate)).toEqual([9600, 2400]);
    expect(await openedFor(speeds.map((baud) => ({ ...tcp, baud })))).toHaveLength(1);
  });
});
