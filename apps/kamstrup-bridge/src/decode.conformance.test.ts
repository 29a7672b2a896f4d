import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, CRC16, crc16, hexOf } from '@meterbridge/core/codec';
import { decodeKmp, encodeKmp } from '@meterbridge/core/frames';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { exchangeJson, logJson } from './decode.ts';
import { decodeLog } from './protocol/log.ts';
import { decodeFormat, decodeRecord } from './protocol/record.ts';
import { registerOf } from './protocol/registers.ts';
import { registerRequest } from './protocol/request.ts';
import { unitName } from './protocol/unit.ts';

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const folder = conformancePath('kmp');
const corpus: Json = folder === null ? {} : JSON.parse(readFileSync(join(folder, 'frames.json'), 'utf8'));

/** What a case demands, without what it only says about how it is compared. */
function wanted({ expect: { also_acceptable: _, ...demanded }, frames }: Json): Json {
  return { ...demanded, frames };
}

if (folder === null) {
  it('decodes the corpus', ({ skip }) => skip(conformanceReason('kmp')));
} else {
  describe('the KMP corpus', () => {
    it.each<Json>(corpus.cases)('$id is read', (one) => {
      const { json, failed } = exchangeJson(`${one.request.hex} ${one.rx_hex}`);
      expect(JSON.parse(json)).toEqual(wanted(one));
      expect(failed).toBe(false);
    });

    it.each<Json>(corpus.cases.filter(({ rx_hex }: Json) => rx_hex !== ''))(
      '$id is taken for frames without its request',
      (one) => expect(JSON.parse(exchangeJson(one.rx_hex).json)).toEqual({ frames: one.frames }),
    );

    it.each<Json>(corpus.requests.filter(({ registers, records }: Json) => registers && !records))(
      'request $id is written',
      ({ registers, hex }) => expect(hexOf(encodeKmp(registerRequest(registers)))).toBe(hex),
    );

    it.each<Json>(corpus.logs)('log $id is read', ({ rx_hex, expect: wanted }) => {
      const { command, data } = decodeKmp(bytesOf(rx_hex));
      expect({ command: `0x${command.toString(16)}`, ...logJson(decodeLog(data)) }).toEqual(wanted);
    });

    it.each<Json>(corpus.requests)('request $id is the same when it is written again', ({ hex }) =>
      expect(hexOf(encodeKmp(decodeKmp(bytesOf(hex))))).toBe(hex),
    );

    it.each<Json>(corpus.stuffing)('$plain is stuffed', ({ plain, stuffed }) => {
      const frame = { direction: 'request', address: 0, command: 0, data: bytesOf(plain) } as const;
      const wire = hexOf(encodeKmp(frame));
      expect(wire.startsWith(`800000${stuffed}`)).toBe(true);
      expect(hexOf(decodeKmp(bytesOf(wire)).data)).toBe(plain);
    });

    it.each<Json>(corpus.numbers)('number $raw is $value', ({ raw, value }) => {
      const data = bytesOf(`000000${raw}`);
      const format = { ...decodeFormat(data, 0), nob: data[3]!, siex: data[4]! };
      expect(decodeRecord(format, data, 5).value?.toString()).toBe(value);
    });

    it.each<Json>(corpus.crc16.vectors)('CRC of $data', ({ data, crc }) =>
      expect(crc16(bytesOf(data), CRC16.xmodem)).toBe(Number.parseInt(crc, 16)),
    );

    it('has the units and the parameters that are known', () => {
      for (const [code, unit] of Object.entries(corpus.units)) expect(unitName(Number(code))).toBe(unit);
      for (const [name, id] of Object.entries(corpus.parameters)) expect(registerOf(name)).toBe(id);
    });
  });
}
