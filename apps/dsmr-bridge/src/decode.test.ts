import { decodeP1, encodeP1, FrameSplitter, p1Scanner } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/telegrams.json' with { type: 'json' };
import { type DecodeOptions, decodeStream } from './decode.ts';
import { meterClock } from './protocol/timestamp.ts';
import { PortReader } from './reader.ts';

const OPTIONS: DecodeOptions = {
  crc: 'if-present',
  timezone: 'Europe/Amsterdam',
  maxTelegramBytes: 16_384,
  keys: null,
  tag: 'verify',
};

async function decode(
  chunks: Iterable<Uint8Array>,
  options = OPTIONS,
): Promise<readonly { json: string; failed: boolean }[]> {
  return await Array.fromAsync(decodeStream(chunks, options));
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

describe('decoding a stream', () => {
  const good = encodeP1('XYZ5\\2M', ['1-3:0.2.8(50)', '0-0:96.1.1(4142)', '1-0:1.8.1(004512.340*kWh)']);

  it('gives a telegram as one line of JSON that keeps its digits', async () => {
    const [line, ...more] = await decode([good]);
    expect(more).toEqual([]);
    expect(line!.failed).toBe(false);
    expect(line!.json).toContain('"value":4512.340,');
    expect(JSON.parse(line!.json)).toEqual({
      header: { raw: '/XYZ5\\2M', manufacturer: 'XYZ', baud_id: '5', identification: '\\2M' },
      version: '5.0',
      equipment_id: { obis: '0-0:96.1.1', raw: '4142', text: 'AB' },
      timestamp: null,
      objects: [
        { obis: '1-3:0.2.8', name: 'p1_message_header', value: '50', unit: null, raw: '(50)' },
        { obis: '0-0:96.1.1', name: 'equipment_identifier', value: 'AB', unit: null, raw: '(4142)' },
        {
          obis: '1-0:1.8.1',
          name: 'electricity_used_tariff_1',
          value: 4512.34,
          unit: 'kWh',
          raw: '(004512.340*kWh)',
        },
      ],
      unparsed: [],
      mbus: [],
      crc: { present: true, text: '0FA5', value: '0FA5', computed: '0FA5', valid: true },
      terminated: true,
    });
  });

  it.each([
    ['crc_mismatch', good.with(30, 0x39), {}],
    ['crc_missing', Uint8Array.from([...good.slice(0, -6), 13, 10]), { crc: 'require' }],
    ['truncated', good.slice(0, -20), {}],
    ['overflow', good, { maxTelegramBytes: 60 }],
  ] as const)('tells of %s', async (error, bytes, options) => {
    const lines = await decode([bytes], { ...OPTIONS, ...options });
    expect(lines.map(({ json, failed }) => [JSON.parse(json).error, failed])).toEqual([[error, true]]);
  });

  it('tells what is wrong with the CRC of a telegram that is taken nevertheless', async () => {
    const [line] = await decode([good.with(30, 0x39)], { ...OPTIONS, crc: 'off' });
    expect(JSON.parse(line!.json).crc).toMatchObject({
      present: true,
      text: '0FA5',
      value: '0FA5',
      valid: false,
    });
  });
});

describe('whatever arrives', () => {
  const telegrams = vectors.map(({ header, lines }) => encodeP1(header, lines));
  const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });

  /** A telegram in which something is overwritten, left out, put in or sent twice; sometimes with its CRC put right. */
  const damaged = fc
    .record({
      telegram: fc.constantFrom(...telegrams),
      from: fc.nat(2_000),
      length: fc.nat(40),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc
          .string({ unit: fc.constantFrom(...'/!()*.-:019kWmS\r\n'), maxLength: 8 })
          .map((text) => Buffer.from(text)),
      ),
      mended: fc.boolean(),
    })
    .map(({ telegram, from, length, put, mended }) => {
      const start = from % telegram.length;
      const bytes = [...telegram.slice(0, start), ...put, ...telegram.slice(start + length)];
      const text = String.fromCharCode(...bytes);
      const parts = /^\/([^\r\n]+)\r\n\r\n([\s\S]*)\r\n![0-9A-F]{4}\r\n$/.exec(text);
      return mended && parts ? encodeP1(parts[1]!, [parts[2]!]) : Uint8Array.from(bytes);
    });

  const streams = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .array(fc.oneof(damaged, fc.constantFrom(...telegrams), fc.uint8Array({ maxLength: 30 })), {
        maxLength: 5,
      })
      .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part]))),
  );
  const policies = fc.constantFrom('if-present', 'require', 'off');

  it('is decoded to the same lines whatever the chunks, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        streams,
        cuts,
        policies,
        fc.constantFrom(300, 16_384),
        async (bytes, sizes, crc, maxTelegramBytes) => {
          const options = { ...OPTIONS, crc, maxTelegramBytes };
          const whole = await decode([bytes], options);
          expect(await decode(cut(bytes, sizes), options)).toEqual(whole);
          expect(await decode(cut(bytes, [1]), options)).toEqual(whole);
          for (const { json, failed } of whole) expect('error' in JSON.parse(json)).toBe(failed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is read to readings with sound values, and never throws', () => {
    const clock = meterClock('Europe/Amsterdam');
    fc.assert(
      fc.property(streams, policies, (bytes, crc) => {
        const splitter = new FrameSplitter(p1Scanner(crc), 16_384);
        const reader = new PortReader({ id: 'main', clock });
        for (const { error, bytes: frame } of [...splitter.push(bytes), ...splitter.end()]) {
          if (error) continue;
          for (const { meter, time, values } of reader.read(decodeP1(frame), 0)) {
            expect(meter.uniqueId).not.toBe('');
            expect(Number.isSafeInteger(time.epochMs)).toBe(true);
            expect(values.length).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
