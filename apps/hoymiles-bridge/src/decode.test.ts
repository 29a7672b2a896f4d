import { Decimal, hexOf } from '@meterbridge/core/codec';
import { encodeHm } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFile, lineOf } from './decode.ts';
import { encodeMessage } from './protocol/message.ts';

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

  it('puts pages together whatever their order, each once, and only if all are there', async () => {
    const decoded = async (...pages: readonly number[]) => {
      const frames = pages.map((page) => ({ hex: hexOf(pageOf(page)) }));
      const text = JSON.stringify({ kind: 'exchange', frames });
      return (await decodeFile(Buffer.from(text), { protocol: 'protobuf' }))[0];
    };
    const whole = await decoded(0, 1);
    expect(whole).toMatchObject({ ok: true, decoded: { dtu_power_w: new Decimal(50, 1) } });
    expect(await decoded(1, 0, 0, 1)).toEqual(whole);
    expect(await decoded(0)).toMatchObject({ ok: false, error: 'timeout' });
  });

  it('tells how a command got on, by its number', async () => {
    const frame = (command: number, payload: Uint8Array) => ({
      hex: hexOf(encodeHm({ command, sequence: 1, extended: null, payload, tag: null })),
    });
    const serial = 0x1412a0123456;
    const status = (fields: object, transaction = 7) =>
      frame(0xa206, encodeMessage('CommandStatusReply', { transaction, ...fields }));
    const frames = [
      frame(0xa305, encodeMessage('Command', { transaction: 7, action: 8 })),
      frame(0xa205, encodeMessage('CommandReply', { transaction: 7 })),
      status({ running: [{ serial, percent: 30 }] }),
      status({ done: [serial] }, 6),
      status({ done: [serial] }),
      status({ errors: [{ serial, code: 7 }] }),
      frame(0xa205, encodeMessage('CommandReply', { transaction: 7, error: 7 })),
    ];
    const text = JSON.stringify({ kind: 'exchange', frames });
    const [json] = await decodeFile(Buffer.from(text), { protocol: 'protobuf' });
    expect(json?.states).toEqual(['accepted', 'in_progress', 'done', 'failed', 'rejected']);
  });
});

/** One of two pages, with a port each; the second has the sum. */
function pageOf(page: number): Uint8Array {
  const port = {
    serial: 0x1412a0123456,
    port: page + 1,
    voltage: 1,
    current: 1,
    power: 1,
    total: 1,
    today: 1,
    code: 0,
  };
  const payload = encodeMessage('RealDataNew', { pages: 2, page, dtuPower: 50 * page, ports: [port] });
  return encodeHm({ command: 0xa211, sequence: page, extended: null, payload, tag: null });
}
