import fc from 'fast-check';
import protobuf from 'protobufjs/light.js';
import { describe, expect, it } from 'vitest';
import { decodeAs, decodeMessage, encodeMessage } from './message.ts';
import { quickRealDataNew } from './quick-messages.ts';
import { WireReader } from './wire.ts';

const EMPTY = decodeMessage('RealDataNew', new Uint8Array(0)).fields;

const serial = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff_ffff }), fc.maxSafeInteger());
const port = fc.record({
  serial,
  port: fc.nat(0xff),
  voltage: fc.integer(),
  current: fc.integer(),
  power: fc.integer(),
  total: fc.integer(),
  today: fc.integer(),
  code: fc.integer(),
});
const measurements = fc
  .record({
    dtuSerial: fc.oneof(fc.string(), fc.string({ unit: 'binary' })),
    time: fc.nat(0xffff_ffff),
    pages: fc.integer(),
    dtuPower: fc.maxSafeNat(),
    ports: fc.array(port, { maxLength: 3 }),
  })
  .map((fields) => encodeMessage('RealDataNew', { ...EMPTY, ...fields }));

/** The same bytes with some of them changed, taken out or put in. */
const damaged = fc
  .tuple(
    measurements,
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 3 })), { maxLength: 4 }),
  )
  .map(([bytes, faults]) =>
    faults.reduce((before, [place, taken, put]) => {
      const at = place % (before.length + 1);
      return Uint8Array.from([...before.subarray(0, at), ...put, ...before.subarray(at + taken)]);
    }, bytes),
  );

/** A field of any number and wire type, seldom a known one. */
const field = fc
  .tuple(fc.nat(2_100), fc.constantFrom(0, 1, 2, 3, 5), fc.uint8Array({ minLength: 8, maxLength: 8 }))
  .map(([id, wireType, content]) => {
    const tag = protobuf.Writer.create().uint32((id << 3) | wireType);
    return [...tag.finish(), ...CONTENTS[wireType]!(content)];
  });
/** By wire type: a number, eight bytes, bytes with their length, the beginning of a group, four bytes. */
const CONTENTS: Readonly<Record<number, (bytes: Uint8Array) => readonly number[]>> = {
  0: ([byte = 0]) => [byte & 0x7f],
  1: (bytes) => [...bytes],
  2: (bytes) => [3, ...bytes.subarray(0, 3)],
  3: (bytes) => [...bytes],
  5: (bytes) => [...bytes.subarray(0, 4)],
};
const fields = fc.array(field, { maxLength: 3 }).map((some) => some.flat());

/** Measurements of later firmware: with new fields, also in their records. */
const unheardOf = fc
  .tuple(measurements, fields, fields)
  .map(([bytes, inRecord, outside]) =>
    Uint8Array.from([...bytes, ...outside, 0x5a, inRecord.length + 2, 0x10, 1, ...inRecord]),
  );

describe('the quick reader of measurements', () => {
  it.each([
    ['as they are sent', measurements],
    ['with fields that nobody knows', unheardOf],
    ['with faults', damaged],
    ['that are none', fc.uint8Array({ maxLength: 40 })],
  ])('finds in bytes %s what protobufjs finds', (_what, bytes) => {
    fc.assert(
      fc.property(bytes, (payload) => {
        expect(outcome(() => decodeMessage('RealDataNew', payload))).toEqual(
          outcome(() => decodeAs(['RealDataNew'], payload)),
        );
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  it.each([
    ['a number', [0x78, 0xff, 0x01]],
    ['eight bytes', [0x79, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['bytes that tell their length', [0x7a, 2, 1, 2]],
    ['four bytes', [0x7d, 1, 2, 3, 4]],
    ['another wire type than it should have', [0x15, 0, 0, 0, 0]],
  ])('passes over a field that is %s', (_what, bytes) => {
    const wire = new WireReader(Uint8Array.from([...bytes, 0x20, 7]));
    expect(quickRealDataNew(wire, bytes.length + 2)).toEqual({ ...EMPTY, page: 7 });
    expect(wire.isWhole).toBe(true);
  });

  it('needs no other for what is sent', () => {
    const ports = [
      {
        serial: 0x116480123456,
        port: 1,
        voltage: 341,
        current: 1071,
        power: 3651,
        total: 0,
        today: -1,
        code: 0,
      },
    ];
    const payload = encodeMessage('RealDataNew', {
      ...EMPTY,
      dtuSerial: '10f871600831',
      time: 1_718_000_000,
      ports,
    });
    const wire = new WireReader(payload);
    const fields = quickRealDataNew(wire, payload.length);
    expect(wire.isWhole).toBe(true);
    expect(fields).toEqual({ ...EMPTY, dtuSerial: '10f871600831', time: 1_718_000_000, ports });
  });

  it.each([
    ['a group', [0x7b, 0x7c]],
    ['a field number beyond all others', [0x80, 0x80, 0x01, 0x01]],
    ['a number without end', [0x10, 0xff]],
    ['a length beyond the end', [0x0a, 0x05, 0x41]],
    ['an inner message that ends too late', [0x5a, 0x01, 0x08, 0x05]],
    ['text beyond ASCII', [0x0a, 0x02, 0xc3, 0xa9]],
  ])('leaves %s to protobufjs', (_what, bytes) => {
    const wire = new WireReader(Uint8Array.from(bytes));
    quickRealDataNew(wire, bytes.length);
    expect(wire.isWhole).toBe(false);
  });
});

function outcome(decode: () => ReturnType<typeof decodeMessage<'RealDataNew'>>): object {
  try {
    const { fields, raw, unknown } = decode();
    return { fields, raw, unknown };
  } catch (thrown) {
    return { thrown };
  }
}
