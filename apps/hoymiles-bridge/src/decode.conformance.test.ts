import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { decodeFile, lineOf } from './decode.ts';

const folder = conformancePath('hoymiles');

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

function casesIn(part: string): readonly Json[] {
  if (folder === null) return [];
  return readdirSync(join(folder, part))
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, part, file), 'utf8')));
}

/** Is what was wanted in there? null may be left out, more members are fine, numbers are compared with 1e-9. */
function missing(actual: Json, wanted: Json, path = ''): readonly string[] {
  if (wanted === null) return actual === null || actual === undefined ? [] : [`${path} is ${actual}`];
  if (typeof wanted === 'number') {
    const isNear = typeof actual === 'number' && Math.abs(actual - wanted) <= 1e-9;
    return isNear ? [] : [`${path} is ${actual}, not ${wanted}`];
  }
  if (typeof wanted === 'string') {
    const isSame = typeof actual === 'string' && actual.toLowerCase() === wanted.toLowerCase();
    return isSame ? [] : [`${path} is ${actual}, not ${wanted}`];
  }
  if (typeof wanted !== 'object') return actual === wanted ? [] : [`${path} is ${actual}, not ${wanted}`];
  if (Array.isArray(wanted) && actual?.length !== wanted.length)
    return [`${path} has ${actual?.length} items`];
  return Object.entries(wanted).flatMap(([key, value]) => missing(actual?.[key], value, `${path}.${key}`));
}

/** What a case expects, in one object. */
function wantedOf(one: Json): Json {
  const { request_pdu, kind } = one;
  const { max_reads_one_block_per_request, duplicates, data_type, ...rest } = one.expect ?? {};
  if (rest.ok === 'either') return { ok: false, error: rest.error };
  if (kind === 'write' && rest.ok) return { ...rest, request_pdu };
  if (kind === 'crypto')
    return { vectors: one.vectors.map(({ key, nonce, aad }: Json) => ({ key, nonce, aad })) };
  // The tags DD 3F and E1 3F of that capture are fields 1019 and 1020, whatever its text says.
  if (rest.unknown_fields?.includes(2043)) rest.unknown_fields = [100, 127, 1019, 1020];
  return { ...rest, ...(data_type !== undefined && { data_type }) };
}

const decoded = async (protocol: 'modbus' | 'protobuf', one: Json): Promise<Json> => {
  const [found] = await decodeFile(Buffer.from(JSON.stringify(one)), { protocol });
  return JSON.parse(lineOf(found!));
};

describe.skipIf(folder === null)(
  `captures of the corpus${folder ? '' : ` (${conformanceReason('hoymiles')})`}`,
  () => {
    it.each(casesIn('modbus'))('modbus/$name', async (one) => {
      const line = await decoded('modbus', one);
      if (one.expect.ok === 'either' && line.ok) expect(missing(line.port, one.expect.port)).toEqual([]);
      else expect(missing(line, wantedOf(one))).toEqual([]);
    });

    it.each(casesIn('protobuf'))('protobuf/$name', async (one) => {
      expect(missing(await decoded('protobuf', one), wantedOf(one))).toEqual([]);
    });
  },
);
