import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { FrameLog } from './frame-log.ts';
import { LogTail } from './log-tail.ts';
import { createLogger } from './logger.ts';

describe('the last lines of the log', () => {
  it('are kept in parts, with what an error says', () => {
    const tail = new LogTail();
    const log = createLogger({ level: 'info', format: 'json' }, { write: () => undefined }, (json) =>
      tail.add(json),
    );
    log
      .child({ meter: 'main' })
      .warn({ err: new BridgeError('meter/silent', 'nothing came') }, 'reading failed');
    expect(tail.lines()).toMatchObject([
      {
        level: 'warn',
        text: 'reading failed: nothing came',
        details: ['meter=main', 'code=meter/silent'],
        hint: expect.stringContaining('Check that the meter port'),
      },
    ]);
  });

  it('are 200, the newest last', () => {
    const tail = new LogTail();
    for (let at = 0; at < 450; at++)
      tail.add(JSON.stringify({ time: 't', level: 'info', msg: `line ${at}` }));
    const lines = tail.lines();
    expect([lines.length, lines[0]?.text, lines.at(-1)?.text]).toEqual([200, 'line 250', 'line 449']);
    expect(tail.lines(1).map(({ text }) => text)).toEqual(['line 449']);
    expect(tail.lines(0)).toEqual([]);
  });
});

describe('the last frames of a line', () => {
  it('are 50, and keep nothing of the buffer that they were cut from', () => {
    const log = new FrameLog();
    const buffer = new Uint8Array(1 << 20);
    for (let at = 0; at < 60; at++) {
      buffer[0] = at;
      log.add({ bytes: buffer.subarray(0, 4) });
    }
    const frames = log.frames();
    expect(frames.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 50 }, (_, at) => at + 10));
    expect(frames[0]!.bytes.buffer.byteLength).toBe(4);
  });

  it('are cut where they are longer than any frame', () => {
    const log = new FrameLog();
    log.add({ bytes: new Uint8Array(1 << 20) });
    expect(log.frames()[0]?.bytes.length).toBe(65_536);
  });
});
