import { bytesOf, Decimal, hexOf } from '@meterbridge/core/codec';
import { decodeHm, encodeHm } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFile, lineOf } from './decode.ts';
import { sealFrame } from './encryption.ts';
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
          // That is meant for an object.
          fc.pre(!new TextDecoder().decode(some).trimStart().startsWith('{'));
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

  it.each([' {"kind": "block", "hex": ""}', '\n\uFEFF{"kind": "block", "hex": ""}'])(
    'takes the capture %j, whatever stands in front of it',
    async (text) => {
      expect(await decodeFile(Buffer.from(text), { protocol: 'modbus' })).toMatchObject([
        { error: 'short_response' },
      ]);
    },
  );

  it.each([
    // Address 123, CRC by a second implementation.
    ['an RTU frame', '7b030610f8716008314465', { dtu_serial: '10f871600831' }],
    ['a TCP frame', '7b2200000009010306 10f871600831', { dtu_serial: '10f871600831', transaction: 0x7b22 }],
  ])('does not take %s that begins as an object does for one', async (_what, hex, wanted) => {
    expect(await decodeFile(bytesOf(hex), { protocol: 'modbus' })).toMatchObject([{ ok: true, ...wanted }]);
  });

  it('shows each frame of a stream of Modbus TCP, up to what is none', async () => {
    const frame = '000700000009010306 10f871600831';
    const lines = await decodeFile(bytesOf(`${frame}${frame}0008000100`), { protocol: 'modbus' });
    expect(lines).toMatchObject([{ ok: true }, { ok: true }, { ok: false, error: 'truncated' }]);
  });

  it.each([
    // The TCP port of the DTU and function and address of its RS485 port.
    ['settings of the DTU', '0325010004', '030801f600010001007e', { values: [502, 1, 1, 126] }],
    ['the list of inverters', '0320560003', '0306116100000001', { values: [0x1161, 0, 1] }],
    [
      'a channel of newer firmware',
      '0340000019',
      `0332000c11610000000100010160035208fd13880bae0064000003e8012c0003${'00'.repeat(20)}`,
      { port: { serial: '116100000001', port: 1, alarm_code: null } },
    ],
  ])('shows %s by the address that was asked for', async (_what, request, response, wanted) => {
    const capture = { kind: 'response', request_pdu: request, response_pdu: response };
    expect(await decoded('modbus', capture)).toMatchObject({ ok: true, ...wanted });
  });

  it.each([
    ['stays connected', '', 'timeout'],
    ['closes', 'peer closes after 13 bytes', 'truncated'],
  ])('of half an answer of a peer that %s says so', async (_what, notes, error) => {
    const request = '000700000006010310000014';
    const capture = { kind: 'adu', request, segments: ['00070000002b0103280c116100'], notes };
    expect(await decoded('modbus', capture)).toMatchObject({ ok: false, error });
  });

  it('calls an echo that is cut short', async () => {
    const call = { op: 'limit', target: 'all', percent: 50 };
    const capture = { kind: 'write', call, response_pdu: '05c001' };
    expect(await decoded('modbus', capture)).toMatchObject({ ok: false, error: 'short_response' });
  });

  it('asks for the key where a payload looks encrypted', async () => {
    const sealed = sealFrame({ ...HM, command: 0xa214, payload: FRAME.subarray(10) }, KEY);
    const [line] = await decodeFile(encodeHm(sealed), { protocol: 'protobuf' });
    expect(line).toMatchObject({ error: 'bad_payload', detail: expect.stringContaining('--enc-rand') });
  });

  it.each(['modbus', 'protobuf'] as const)('of nothing as %s says so', async (protocol) => {
    expect(await decodeFile(new Uint8Array(0), { protocol })).toMatchObject([
      { ok: false, error: 'truncated' },
    ]);
  });

  it('puts pages together whatever their order, each once, and only if all are there', async () => {
    const exchange = (...pages: readonly number[]) => exchanged(pages.map(pageOf));
    const whole = await exchange(0, 1);
    expect(whole).toMatchObject({ ok: true, decoded: { dtu_power_w: new Decimal(50, 1) } });
    expect(await exchange(1, 0, 0, 1)).toEqual(whole);
    expect(await exchange(0)).toMatchObject({ ok: false, error: 'timeout' });
  });

  it('puts a curve together from its pages, with the beginning of the first', async () => {
    const page = (number: number) =>
      frameOf(
        0xa215,
        encodeMessage('HistPower', {
          pages: 2,
          page: number,
          absoluteStart: 1000 + number,
          powers: [number, 10],
        }),
      );
    const { merged_raw, decoded } = await exchanged([page(1), page(0)]);
    expect(merged_raw).toMatchObject({ 8: 1000, 13: [0, 10, 1, 10] });
    expect(decoded).toMatchObject({ start: 1000 });
  });

  it('decrypts an exchange', async () => {
    const sealed = sealFrame({ ...HM, command: 0xa211, payload: decodeHm(pageOf(0)).payload }, KEY);
    const other = sealFrame({ ...HM, command: 0xa211, payload: decodeHm(pageOf(1)).payload }, KEY);
    const plain = frameOf(0xa201, encodeMessage('AppInfo', { pages: 1 }));
    const line = await exchanged([plain, encodeHm(sealed), encodeHm(other)], KEY);
    expect(line).toMatchObject({ ok: true, decoded: { pages: 2 } });
    expect(await exchanged([encodeHm(sealed)], new Uint8Array(16))).toMatchObject({ error: 'auth_failed' });
  });

  it('says what is wrong with a frame of an exchange', async () => {
    expect(await exchanged([pageOf(0).with(10, 0)])).toMatchObject({ ok: false, error: 'bad_crc' });
  });

  it('tells how a command got on, by its number', async () => {
    const serial = 0x1412a0123456;
    const status = (fields: object, transaction = 7) =>
      frameOf(0xa206, encodeMessage('CommandStatusReply', { transaction, ...fields }));
    const line = await exchanged([
      frameOf(0xa305, encodeMessage('Command', { transaction: 7, action: 8 })),
      frameOf(0xa205, encodeMessage('CommandReply', { transaction: 7 })),
      status({ running: [{ serial, percent: 30 }] }),
      status({ done: [serial] }, 6),
      status({ done: [serial] }),
      status({ errors: [{ serial, code: 7 }] }),
      frameOf(0xa205, encodeMessage('CommandReply', { transaction: 7, error: 7 })),
    ]);
    expect(line.states).toEqual(['accepted', 'in_progress', 'done', 'failed', 'rejected']);
  });
});

const HM = { sequence: 1, extended: null, tag: null } as const;

function frameOf(command: number, payload: Uint8Array): Uint8Array {
  return encodeHm({ ...HM, command, payload });
}

/** What is shown of a capture. */
async function decoded(protocol: 'modbus' | 'protobuf', capture: object) {
  const [line] = await decodeFile(Buffer.from(JSON.stringify(capture)), { protocol });
  return line!;
}

function exchanged(frames: readonly Uint8Array[], key?: Uint8Array) {
  const session = key && { session: { enc_rand: hexOf(key) } };
  return decoded('protobuf', {
    kind: 'exchange',
    frames: frames.map((one) => ({ hex: hexOf(one) })),
    ...session,
  });
}

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
  return frameOf(0xa211, payload);
}
