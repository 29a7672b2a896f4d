import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { toBridgeError } from '@meterbridge/core/errors';
import { encodeKmp } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeJson } from './decode.ts';
import { Hearing } from './hearing.ts';
import type { Answer } from './protocol/answer.ts';
import { decodeLog } from './protocol/log.ts';
import { decodeReadout } from './protocol/readout.ts';
import { decodeRecords } from './protocol/record.ts';
import { registerRequest } from './protocol/request.ts';
import { decodeFields } from './protocol/standard-data.ts';

const request = registerRequest([60, 68]);
const record = fc.record({
  id: fc.constantFrom(60, 68, 74),
  unit: fc.nat(255),
  siex: fc.nat(255),
  mantissa: fc.uint8Array({ minLength: 1, maxLength: 9 }),
});
const recordBytes = record.map(({ id, unit, siex, mantissa }) =>
  Uint8Array.of(id >>> 8, id & 0xff, unit, mantissa.length, siex, ...mantissa),
);
const answer = fc
  .array(recordBytes, { maxLength: 4 })
  .map((records) => encodeKmp({ ...request, direction: 'response', data: joined(records) }));
/** What a line may carry: answers, echoes, pieces of them, noise. */
const part = fc.oneof(
  answer,
  fc.tuple(answer, fc.nat(40)).map(([bytes, length]) => bytes.subarray(0, length)),
  fc.constant(encodeKmp(request)),
  fc.uint8Array({ maxLength: 12 }),
);
const arriving = fc.array(part, { maxLength: 6 }).map(joined);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((one) => [...one]));
}

function hear(chunks: readonly Uint8Array[]): Answer | null {
  const hearing = new Hearing(request, () => undefined);
  for (const chunk of chunks) {
    const found = hearing.push(chunk);
    if (found) return found;
  }
  return hearing.end();
}

const plain = (found: Answer | null): unknown =>
  found?.kind === 'registers'
    ? found.records.map(({ id, unitCode, value }) => [id, unitCode, String(value)])
    : found;

describe('whatever arrives', () => {
  it('gives the same answer however it is cut', () => {
    fc.assert(
      fc.property(arriving, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(plain(hear(chunks))).toEqual(plain(hear([bytes])));
      }),
    );
  });

  it('gives only values whose record stands in it, with a right CRC', () => {
    fc.assert(
      fc.property(arriving, (bytes) => {
        const found = hear([bytes]);
        if (found?.kind !== 'registers') return;
        const { frames } = JSON.parse(exchangeJson(hexOf(bytes)).json);
        const right = frames.filter(
          (frame: { start: string; crc_ok: boolean }) => frame.start === '40' && frame.crc_ok,
        );
        const told = right.flatMap(({ payload }: { payload: string }) => {
          try {
            return decodeRecords(bytesOf(payload.slice(4))).map(({ id, value }) => `${id} ${value}`);
          } catch {
            return [];
          }
        });
        for (const { id, value } of found.records) expect(told).toContain(`${id} ${value}`);
      }),
    );
  });

  it('is one line of JSON for the decode command', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          arriving.map((bytes) => hexOf(bytes)),
        ),
        (line) => {
          const { json } = exchangeJson(`${hexOf(encodeKmp(request))} ${line}`);
          expect(json).not.toContain('\n');
          expect(JSON.parse(json)).toBeTypeOf('object');
        },
      ),
    );
  });

  it('fails by name or is read, in the records of a log', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeLog(bytes);
        } catch (thrown) {
          expect(toBridgeError(thrown).code).toBe('frame/malformed');
        }
      }),
    );
  });

  it('does no harm to the text protocol', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 12 }), (bytes, count) => {
        const readout = decodeReadout(bytes);
        expect(readout === null || Array.isArray(readout.values)).toBe(true);
        expect(decodeFields(bytes, count)?.length ?? count).toBe(count);
      }),
    );
  });
});
