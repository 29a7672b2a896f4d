import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFile, lineOf } from './decode.ts';

const KEY = Uint8Array.from(Buffer.from('f5480938516c557e347bc49c672b6af1', 'hex'));
const FRAME = Uint8Array.from(
  Buffer.from('484da214012d50d300200a0c3431343341303132333435361080b39ab3064047', 'hex'),
);

describe('decode', () => {
  it.each(['modbus', 'protobuf'] as const)(
    'of any bytes as %s gives lines and never fails',
    async (protocol) => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.tuple(fc.nat(FRAME.length - 1), fc.nat(255)).map(([at, byte]) => FRAME.with(at, byte)),
        fc
          .tuple(fc.uint8Array({ maxLength: 20 }), fc.nat(FRAME.length))
          .map(([noise, to]) => Uint8Array.from([...noise, ...FRAME.subarray(0, to), ...FRAME])),
      );
      await fc.assert(
        fc.asyncProperty(bytes, fc.boolean(), async (some, isEncrypted) => {
          fc.pre(some[0] !== 0x7b);
          const options = { protocol, ...(isEncrypted && { encRand: KEY }) };
          for (const json of await decodeFile(some, options))
            expect(() => JSON.parse(lineOf(json))).not.toThrow();
        }),
        { numRuns: 500 },
      );
    },
  );

  it.each([
    '{',
    '{}',
    '{"kind": "frame"}',
    '{"kind": "frame", "hex": "0"}',
    '{"kind": "plant", "memory": {"zz": "00"}}',
  ])('says what is wrong with the capture %s', async (text) => {
    await expect(decodeFile(Buffer.from(text), { protocol: 'protobuf' })).rejects.toMatchObject({
      code: 'frame/malformed',
    });
  });

  it.each(['modbus', 'protobuf'] as const)('of nothing as %s says so', async (protocol) => {
    expect(await decodeFile(new Uint8Array(0), { protocol })).toMatchObject([
      { ok: false, error: 'truncated' },
    ]);
  });
});
