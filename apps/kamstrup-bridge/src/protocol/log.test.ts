import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { decodeKmp, encodeKmp } from '@meterbridge/core/frames';
import { describe, expect, it } from 'vitest';
import { decodeLog, lastRecordsRequest } from './log.ts';

describe('a log', () => {
  it('is asked for its newest records', () => {
    const request = lastRecordsRequest({ address: 0x7f, log: 1, registers: [60, 68], records: 3 });
    // KMP description 5512-447, 6.3.2, with framing.
    expect(hexOf(encodeKmp(request))).toBe('807fa10102003c0044031b7fdf1e0d');
  });

  it('has the formats of its registers in its first record only', () => {
    // KMP description 5512-447, 6.3.1: three records of energy and volume.
    const wire = `407fa0010210f3003c080400ff1bf986620044270400e993dc0510f4b50a5c5e93e0504710f5cf1bf95396f2584c9610
      f5110200e2aa0d`;
    const { records, ...answer } = decodeLog(decodeKmp(bytesOf(wire)).data);
    expect(answer).toEqual({
      log: 1,
      registers: [
        { id: 60, unitCode: 8, nob: 4, siex: 0 },
        { id: 68, unitCode: 39, nob: 4, siex: 0 },
      ],
      lastReadRecord: 4341,
      newestRecord: 4354,
      info: 0,
    });
    expect(records.map(({ id, values }) => [id, ...values.map(({ value }) => String(value))])).toEqual([
      [4339, '4278617698', '3918781445'],
      [4340, '3037355102', '2480951367'],
      [4341, '3473298326', '4065873046'],
    ]);
  });

  it('may be empty', () => {
    expect(decodeLog(bytesOf('01 00 0000 0000 01'))).toEqual({
      log: 1,
      registers: [],
      records: [],
      lastReadRecord: 0,
      newestRecord: 0,
      info: 1,
    });
  });

  it.each(['01 01', '01 02 04', '01 02 003C 08 04 00 05'])(
    'that is empty (%s) may be of any length',
    (data) => expect(decodeLog(bytesOf(data))).toMatchObject({ log: 1, registers: [], records: [] }),
  );

  it.each([
    '',
    '01',
    '01 01 0000 0000',
    '01 01 0001 003C 08 04 00 0000',
    '01 01 0001 003C 08 01 00 05 00 0000 0000 00',
  ])('that is cut short (%s) is refused', (data) =>
    expect(() => decodeLog(bytesOf(data))).toThrow(expect.objectContaining({ code: 'frame/malformed' })),
  );
});
