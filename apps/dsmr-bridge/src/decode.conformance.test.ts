import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, seededRandom } from '@meterbridge/core/codec';
import { FrameSplitter, p1Scanner } from '@meterbridge/core/frames';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { type DecodeOptions, decodeStream } from './decode.ts';
import { keysOf } from './encryption.ts';

const folder = conformancePath('dsmr');

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly json: Json;
}

function casesIn(path: string): readonly Case[] {
  if (folder === null) return [];
  return readdirSync(join(folder, path))
    .filter((file) => file.endsWith('.json') && file !== 'index.json')
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      const json = JSON.parse(readFileSync(join(folder, path, file), 'utf8'));
      if (path !== 'encrypted') return { name, json, bytes: readFileSync(join(folder, path, `${name}.txt`)) };
      return { name, json, bytes: bytesOf(readFileSync(join(folder, path, `${name}.hex`), 'utf8')) };
    });
}

/** The keys of a decoded telegram that are promised. */
const PROMISED = [
  'header',
  'version',
  'equipment_id',
  'timestamp',
  'objects',
  'unparsed',
  'mbus',
  'crc',
  'terminated',
];
const promised = (telegram: Json): Json => Object.fromEntries(PROMISED.map((key) => [key, telegram[key]]));

/** Numbers that are as close as the corpus asks, 1e-9 relatively, count as the same. */
function alike(actual: Json, wanted: Json): Json {
  if (typeof actual === 'number' && typeof wanted === 'number') {
    return Math.abs(actual - wanted) <= 1e-9 * Math.abs(wanted) ? wanted : actual;
  }
  if (actual === null || typeof actual !== 'object' || wanted === null || typeof wanted !== 'object')
    return actual;
  if (Array.isArray(actual)) return actual.map((item, at) => alike(item, wanted[at]));
  return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, alike(value, wanted[key])]));
}

function cut(bytes: Uint8Array, size: () => number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunks.at(-1)!.length)
    chunks.push(bytes.subarray(at, at + size()));
  return chunks;
}

const random = seededRandom(5);
const CUTS = {
  'in one piece': () => Number.MAX_SAFE_INTEGER,
  'byte by byte': () => 1,
  'in pieces of 7': () => 7,
  'in pieces of 64': () => 64,
  'with random cuts': () => 1 + Math.floor(random() * 200),
};

type Options = Pick<DecodeOptions, 'crc' | 'timezone' | 'maxTelegramBytes'> & Partial<DecodeOptions>;

async function decode(
  chunks: readonly Uint8Array[],
  options: Options,
): Promise<{ readonly telegrams: readonly Json[]; readonly rejected: readonly string[] }> {
  const lines = (await Array.fromAsync(decodeStream(chunks, { keys: null, tag: 'verify', ...options }))).map(
    ({ json }) => JSON.parse(json),
  );
  return {
    telegrams: lines.filter(({ error }) => error === undefined),
    rejected: lines.flatMap(({ error }) => error ?? []),
  };
}

/** Nothing changes the bytes of frames or their number, either. */
function framesIn(chunks: readonly Uint8Array[], { crc, maxTelegramBytes }: Options): readonly unknown[] {
  const splitter = new FrameSplitter(p1Scanner(crc), maxTelegramBytes);
  const pieces = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return [
    splitter.discarded,
    ...pieces.map(({ error, bytes }) => [error, Buffer.from(bytes).toString('latin1')]),
  ];
}

const singles = casesIn('.');
const streams = casesIn('constructed');
const byName = new Map(singles.map(({ name, json }) => [name, json]));

describe.skipIf(folder === null)(
  `single telegrams of the corpus${folder ? '' : ` (${conformanceReason('dsmr')})`}`,
  () => {
    it.each(singles)('$name is decoded', async ({ bytes, json }) => {
      const options: Options = { crc: 'off', timezone: json.timezone, maxTelegramBytes: 16_384 };
      for (const size of Object.values(CUTS)) {
        const { telegrams, rejected } = await decode(cut(bytes, size), options);
        expect(telegrams.map((telegram) => alike(telegram, json))).toEqual([promised(json)]);
        expect(rejected).toEqual([]);
      }
    });

    it.each(singles)('$name is taken or refused by its CRC', async ({ bytes, json }) => {
      const options: Options = { crc: 'if-present', timezone: json.timezone, maxTelegramBytes: 16_384 };
      for (const size of Object.values(CUTS)) {
        const { telegrams, rejected } = await decode(cut(bytes, size), options);
        const refused = json.crc.valid === false;
        expect([telegrams.length, rejected]).toEqual(refused ? [0, ['crc_mismatch']] : [1, []]);
      }
    });
  },
);

describe.skipIf(folder === null).each(Object.entries(CUTS))('streams of the corpus %s', (_how, size) => {
  it.each(streams)('$name gives its telegrams and no others', async ({ bytes, json }) => {
    const options: Options = {
      crc: json.options.crc,
      timezone: json.timezone,
      maxTelegramBytes: json.options.max_telegram_bytes,
    };
    const chunks = cut(bytes, size);
    const { telegrams, rejected } = await decode(chunks, options);
    const listed: readonly Json[] = json.telegrams;
    const wanted =
      telegrams.length === listed.length ? listed : listed.filter(({ level }) => level !== 'optional');
    const expected = wanted.map(({ expect: whole, same_as }) => promised(whole ?? byName.get(same_as)));
    expect(telegrams.map((telegram, at) => alike(telegram, expected[at]))).toEqual(expected);
    expect(rejected).toEqual(json.rejected);
    expect(framesIn(chunks, options)).toEqual(framesIn([bytes], options));
  });
});

const encrypted = casesIn('encrypted');

describe.skipIf(folder === null).each(Object.entries(CUTS))(
  'encrypted streams of the corpus %s',
  (_how, size) => {
    it.each(encrypted)('$name gives its telegrams and no others', async ({ bytes, json }) => {
      const { telegrams, rejected } = await decode(cut(bytes, size), {
        crc: json.options.crc,
        timezone: json.timezone,
        maxTelegramBytes: json.options.max_telegram_bytes,
        keys: keysOf(json.key, json.authentication_key ?? undefined),
        tag: json.options.tag,
      });
      const expected = json.telegrams.map(({ expect: whole, same_as }: Json) =>
        promised(whole ?? byName.get(same_as)),
      );
      expect(telegrams.map(promised).map((telegram, at) => alike(telegram, expected[at]))).toEqual(expected);
      expect(telegrams.flatMap(({ frame }) => frame ?? [])).toEqual(json.frames);
      expect(rejected).toEqual(json.rejected);
    });
  },
);
