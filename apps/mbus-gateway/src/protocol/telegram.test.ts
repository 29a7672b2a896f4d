import { bytesOf, hexOf } from '@meterbridge/core/codec';
import type { MbusLong } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/records.json' with { type: 'json' };
import type { DataRecord } from './record.ts';
import { addressBytes } from './secondary-address.ts';
import { type DecodeOptions, decodeTelegram } from './telegram.ts';

const HEADER = '78563412 24400107 55 00 0000';

const answer = (ci: number, data: string, c = 0x08): MbusLong => ({
  type: 'long',
  c,
  a: 1,
  ci,
  data: bytesOf(data),
});

function variable(ci: number, data: string, options?: DecodeOptions) {
  const telegram = decodeTelegram(answer(ci, data), options);
  if (telegram.structure !== 'variable' || !telegram.records)
    throw new Error(`not readable: ${telegram.fault}`);
  return telegram;
}

/** What is told of a record, without what is as usual. */
function told({ head, value, valueType, isValid, text, isDst }: DataRecord) {
  return {
    quantity: head.quantity,
    unit: head.unit,
    value: value === null ? null : String(value),
    ...(valueType !== 'number' && { valueType }),
    ...(!isValid && { valid: false }),
    ...(text && { text }),
    ...(isDst && { dst: true }),
    ...(head.storage > 0 && { storage: head.storage }),
    ...(head.tariff > 0 && { tariff: head.tariff }),
    ...(head.subunit > 0 && { subunit: head.subunit }),
    ...(head.modifiers.length > 0 && { modifiers: head.modifiers }),
    ...(head.manufacturerVife !== null && { manufacturerVife: head.manufacturerVife }),
  };
}

describe('data records', () => {
  it.each(vectors)('tell $name', ({ data, want, fault = null }) => {
    // The second time the blocks in front of the data are known.
    for (let time = 0; time < 2; time++) {
      const telegram = variable(0x78, data);
      expect(telegram.records!.map(told)).toEqual(want);
      expect(telegram.fault).toBe(fault);
    }
  });

  it('are not mistaken for others that begin with the same bytes', () => {
    // 3B is a VIFE in front of a text of 20 hexadecimal characters, or the length of a text: as much as there is decides.
    const short = variable(0x78, `02 FC 3B 20 ${'41'.repeat(32)} D411`);
    expect(short.records!.map(told)).toMatchObject([{ unit: 'A'.repeat(32), modifiers: ['positive_only'] }]);
    const long = variable(0x78, `02 FC 3B 20 ${'41'.repeat(58)} 3C 0100`);
    expect(long.records!.map(told)).toMatchObject([{ value: '1', modifiers: ['negative_only'] }]);
  });
});

describe('an answer', () => {
  it('with the most significant byte first is read from the other end', () => {
    const { header, records } = variable(
      0x76,
      '12345678 4024 01 07 55 00 0000 04 06 00003039 0C 13 12345678 0D FD 10 03 414243',
    );
    expect(header).toMatchObject({ id: '12345678', manufacturer: 'PAD', version: 1, medium: 7 });
    expect(records!.map(({ value }) => String(value))).toEqual(['12345000', '12345.678', 'ABC']);
  });

  it('of the fixed structure with the most significant byte first has its units where they were', () => {
    const telegram = decodeTelegram(answer(0x77, '12345678 0A 00 E9 7E 00000001 00000135'));
    expect(telegram).toMatchObject({ structure: 'fixed', header: { id: '12345678', medium: 7 } });
    expect(telegram.structure === 'fixed' && telegram.records?.map(({ value }) => String(value))).toEqual([
      '0.001',
      '0.135',
    ]);
  });

  it('of the fixed structure has no counter where a digit is none', () => {
    const telegram = decodeTelegram(answer(0x73, '78563412 0A 00 C5 D4 000000F1 0000001A'));
    const records = telegram.structure === 'fixed' ? telegram.records : null;
    expect(records?.map(({ value, isValid, text }) => [value, isValid, text])).toEqual([
      [null, false, 'F1000000'],
      [null, false, '1A000000'],
    ]);
    const mode2 = decodeTelegram(answer(0x77, '12345678 0A 00 C5 D4 F1000000 00000001'));
    expect(mode2.structure === 'fixed' && mode2.records?.map(({ value }) => value && String(value))).toEqual([
      null,
      expect.any(String),
    ]);
  });

  it.each([
    ['wrong_direction', 0x72, HEADER, 0x53],
    ['unknown_ci', 0x79, HEADER, 8],
    ['unknown_ci', 0x7f, '', 8],
    ['header_too_short', 0x72, '78563412 24400107 55 00 00', 8],
    ['header_too_short', 0x7a, '550000', 8],
    ['fixed_data_length', 0x73, '78563412 0A 00 E9 7E 01000000 350100', 8],
    ['encrypted', 0x72, `78563412 24400107 55 00 0007 ${'00'.repeat(16)}`, 8],
    ['encrypted', 0x72, `78563412 24400107 55 00 1005 ${'00'.repeat(16)}`, 8],
    ['decryption_failed', 0x72, `78563412 24400107 55 00 2005 ${'00'.repeat(31)}`, 8],
  ])('is refused as %s (CI %i)', (fault, ci, data, c) => {
    expect(decodeTelegram(answer(ci, data, c))).toMatchObject({ fault });
  });

  it.each([
    [0x70, '08', 8],
    [0x70, '', 0],
    [0x6e, '55000000 02', 2],
    [0x6f, `${HEADER} 09`, 9],
  ])('with CI %i tells an error of the application', (ci, data, code) => {
    expect(decodeTelegram(answer(ci, data))).toEqual({ structure: 'application_error', code, fault: null });
  });

  it('may be an alarm', () => {
    expect(decodeTelegram(answer(0x75, `${HEADER} 04`))).toEqual({
      structure: 'alarm',
      code: 4,
      fault: null,
    });
  });

  it('with a short header is decrypted with the address that was asked', () => {
    const ivs: string[] = [];
    const decrypt = (encrypted: Uint8Array, iv: Uint8Array) => {
      ivs.push(hexOf(iv));
      return Uint8Array.of(0x2f, 0x2f, 0x01, 0x13, 0x05, ...new Uint8Array(encrypted.length - 5).fill(0x2f));
    };
    const data = `2A 00 1005 ${'00'.repeat(16)} 01 13 06`;
    const address = addressBytes('1234567824400107');
    const { records } = variable(0x7a, data, { decrypt, address });
    expect(ivs).toEqual([`2440785634120107${'2a'.repeat(8)}`]);
    expect(records!.map(({ value }) => String(value))).toEqual(['0.005', '0.006']);
    expect(decodeTelegram(answer(0x7a, data), { decrypt })).toMatchObject({ fault: 'encrypted' });
  });

  it('that only begins like one in plain is encrypted', () => {
    // 3F is a DIF that no telegram in plain has.
    const data = `78563412 24400107 55 00 1005 2F2F 3F ${'00'.repeat(13)}`;
    expect(decodeTelegram(answer(0x72, data))).toMatchObject({ fault: 'encrypted', records: null });
  });

  it('that announces encryption but begins with fillers is plain', () => {
    const { records } = variable(0x72, `78563412 24400107 55 00 1005 2F2F 0C 13 78563412 ${'2F'.repeat(8)}`);
    expect(records!.map(({ value }) => String(value))).toEqual(['12345.678']);
  });
});

describe('any bytes', () => {
  const anyData = fc.uint8Array({ maxLength: 252 });
  const likely = fc
    .array(
      fc.constantFrom(...vectors.map(({ data }) => data), '0D', 'FC', '7C', 'FD', '84', '2F', '1F', '0F'),
      { maxLength: 8 },
    )
    .map((parts) => bytesOf(parts.join('')).slice(0, 252));

  it('are decoded or refused, and change nothing', () => {
    const ci = fc.constantFrom(0x6e, 0x70, 0x72, 0x73, 0x75, 0x76, 0x77, 0x78, 0x7a);
    fc.assert(
      fc.property(fc.oneof(anyData, likely), ci, (data, code) => {
        const before = data.slice();
        const first = decodeTelegram({
          type: 'long',
          c: 8,
          a: 1,
          ci: code,
          data: Buffer.from(data.buffer, 0, data.length),
        });
        const second = decodeTelegram({ type: 'long', c: 8, a: 1, ci: code, data: before });
        expect(data).toEqual(before);
        expect('records' in first && first.records?.map(told)).toEqual(
          'records' in second && second.records?.map(told),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('that are cut lose no record in front of the cut', () => {
    const whole = bytesOf('04 13 01000000 0C 06 78563412 02 FDC8FC01 E803 0D 78 03 414243 84 40 13 02000000');
    let most = 0;
    for (let length = 0; length <= whole.length; length++) {
      const telegram = decodeTelegram({
        type: 'long',
        c: 8,
        a: 1,
        ci: 0x78,
        data: whole.subarray(0, length),
      });
      const count = telegram.structure === 'variable' ? (telegram.records?.length ?? 0) : 0;
      expect(count).toBeGreaterThanOrEqual(most);
      most = count;
    }
    expect(most).toBe(5);
  });
});
