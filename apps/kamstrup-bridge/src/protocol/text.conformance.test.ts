import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { decodeReadout } from './readout.ts';
import { decodeFields, fieldValue, STANDARD_DATA } from './standard-data.ts';

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const folder = conformancePath('kmp');
const telegrams: readonly Json[] =
  folder === null ? [] : JSON.parse(readFileSync(join(folder, 'frames.json'), 'utf8')).iec1107;

describe('the text protocol', () => {
  if (folder === null) return it('reads the corpus', ({ skip }) => skip(conformanceReason('kmp')));

  it.each(telegrams.filter(({ kind }) => kind === 'iec1107'))('reads $id', ({ rx_hex, expect: wanted }) => {
    const readout = decodeReadout(bytesOf(rx_hex));
    const told = readout && {
      bcc_ok: true,
      ...(readout.ident && { ident: readout.ident }),
      customer_no: readout.customerNumber,
      values: readout.values.map(({ code, value, unit }) => ({ code, value: value.toString(), unit })),
    };
    expect(told ?? { bcc_ok: false }).toEqual(wanted);
  });

  it.each(telegrams.filter(({ kind }) => kind === 'standard-data-1'))(
    'reads $id',
    ({ rx_hex, expect: wanted }) => {
      const fields = decodeFields(bytesOf(rx_hex), STANDARD_DATA.length)!;
      const field = (name: (typeof STANDARD_DATA)[number]) => fields[STANDARD_DATA.indexOf(name)]!;
      expect({
        fields,
        t1: fieldValue(field('temp1'), 2).toString(),
        t2: fieldValue(field('temp2'), 2).toString(),
        tdiff: fieldValue(field('tempdiff'), 2).toString(),
        hours: fieldValue(field('hours'), 0).toString(),
      }).toEqual(wanted);
    },
  );
});
