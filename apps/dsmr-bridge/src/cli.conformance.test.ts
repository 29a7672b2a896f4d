import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';

const folder = conformancePath('dsmr');

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

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const load = (path: string): Json => JSON.parse(readFileSync(join(folder ?? '', path), 'utf8'));
const namesIn = (path: string): readonly string[] =>
  folder === null
    ? []
    : readdirSync(join(folder, path))
        .filter((file) => file.endsWith('.json') && file !== 'index.json')
        .map((file) => file.slice(0, -'.json'.length));

/** Numbers are compared as the corpus asks: relatively, 1e-9. */
function alike(actual: Json, wanted: Json): Json {
  if (typeof actual === 'number' && typeof wanted === 'number') {
    return Math.abs(actual - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)) ? wanted : actual;
  }
  if (actual === null || typeof actual !== 'object' || wanted === null || typeof wanted !== 'object')
    return actual;
  if (Array.isArray(actual)) return actual.map((item, at) => alike(item, wanted[at]));
  return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, alike(value, wanted[key])]));
}

const promised = (telegram: Json): Json => Object.fromEntries(PROMISED.map((key) => [key, telegram[key]]));

/** Decodes files that share their options in one run of the command; an empty line of output stands for none. */
async function decode(
  files: readonly string[],
  options: readonly string[],
): Promise<{ code: unknown; lines: readonly Json[] }> {
  const paths = files.map((file) => join(folder ?? '', file));
  await using app = await startApp('dsmr-bridge', ['decode', ...options, ...paths]);
  const code = await app.exit;
  expect(app.stderr).toEqual([]);
  return { code, lines: app.stdout.map((line) => JSON.parse(line)) };
}

function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(items, keyOf)];
}

describe.skipIf(folder === null)('decode of single telegrams', () => {
  const cases = namesIn('.').map((name) => load(`${name}.json`));

  it.each(grouped(cases, ({ timezone }) => timezone))(
    'in %s gives what the corpus expects',
    async (timezone, group) => {
      const files = group.map(({ name }) => `${name}.txt`);
      const { code, lines } = await decode(files, ['--crc', 'off', '--timezone', timezone]);
      expect(lines).toHaveLength(group.length);
      for (const [at, line] of lines.entries()) expect(alike(line, group[at])).toEqual(promised(group[at]));
      expect(code).toBe(0);
    },
  );

  it('refuses those whose CRC is wrong, and says so with its exit status', async () => {
    const wrong = cases.filter(({ crc }) => crc.valid === false);
    const { code, lines } = await decode(
      wrong.map(({ name }) => `${name}.txt`),
      [],
    );
    expect(lines.map(({ error }) => error)).toEqual(wrong.map(() => 'crc_mismatch'));
    expect(code).toBe(1);
  });
});

describe.skipIf(folder === null)('decode of streams', () => {
  const cases = namesIn('constructed').map((name) => load(`constructed/${name}.json`));
  const optionsOf = ({ options, timezone }: Json): string =>
    `--crc ${options.crc} --timezone ${timezone} --max-telegram-bytes ${options.max_telegram_bytes}`;

  it.each(grouped(cases, optionsOf))('with %s gives what the corpus expects', async (options, group) => {
    const files = group.map(({ name }) => `constructed/${name}.txt`);
    const { code, lines } = await decode(files, options.split(' '));
    let at = 0;
    for (const { name, telegrams, rejected } of group) {
      // One run takes all the files, so what belongs to each is counted off.
      const optional = telegrams.filter(({ level }: Json) => level === 'optional');
      const count = telegrams.length + rejected.length;
      const found = lines.slice(at, at + count);
      at += count;
      const wanted = telegrams.map((one: Json) => promised(one.expect ?? load(`${one.same_as}.json`)));
      const decoded = found.filter(({ error }) => !error);
      expect([name, optional.length, decoded.map((line, i) => alike(line, wanted[i]))]).toEqual([
        name,
        optional.length,
        wanted,
      ]);
      expect([name, found.flatMap(({ error }) => error ?? [])]).toEqual([name, rejected]);
    }
    expect(at).toBe(lines.length);
    expect(code).toBe(group.some(({ rejected }) => rejected.length > 0) ? 1 : 0);
  });
});

describe.skipIf(folder === null)('decode of encrypted streams', () => {
  const cases = namesIn('encrypted').map((name) => load(`encrypted/${name}.json`));
  const optionsOf = ({ key, authentication_key, options, timezone }: Json): string =>
    `--key ${key}${authentication_key ? ` --auth-key ${authentication_key}` : ''} --tag ${options.tag} --timezone ${timezone}`;

  it.each(grouped(cases, optionsOf))('with %s gives what the corpus expects', async (options, group) => {
    const { lines } = await decode(
      group.map(({ name }) => `encrypted/${name}.hex`),
      options.split(' '),
    );
    const wanted = group.flatMap(({ telegrams }) =>
      telegrams.map((one: Json) => promised(one.expect ?? load(`${one.same_as}.json`))),
    );
    const decoded = lines.filter(({ error }) => !error).map(promised);
    expect(decoded.map((line, at) => alike(line, wanted[at]))).toEqual(wanted);
    expect(lines.flatMap(({ error }) => error ?? [])).toEqual(group.flatMap(({ rejected }) => rejected));
  });
});

describe('decode', () => {
  const TELEGRAM = '/ISk5\\2MT382-1004\r\n\r\n0-0:96.1.1(4B414C37)\r\n1-0:1.8.1(00185.000*kWh)\r\n!\r\n';

  it('reads standard input', async () => {
    await using app = await startApp('dsmr-bridge', ['decode'], { input: TELEGRAM });
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.stdout[0]!).equipment_id.text).toBe('KAL7');
  });

  it('reads hexadecimal text', async () => {
    const hex = Buffer.from(TELEGRAM)
      .toString('hex')
      .replace(/(.{32})/g, '$1\n');
    await using app = await startApp('dsmr-bridge', ['decode', '-'], { input: hex });
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.stdout[0]!).objects[1].value).toBe(185);
  });

  it('keeps the digits of the meter', async () => {
    await using app = await startApp('dsmr-bridge', ['decode'], { input: TELEGRAM });
    await app.exit;
    expect(app.stdout[0]).toContain('"value":185.000,');
  });

  it('says that it found nothing', async () => {
    await using app = await startApp('dsmr-bridge', ['decode'], { input: 'hello' });
    expect(await app.exit).toBe(0);
    expect(app.stdout).toEqual([]);
    expect(app.stderr.join('\n')).toContain('-: holds no telegram');
  });

  it('says which file it cannot read', async () => {
    await using app = await startApp('dsmr-bridge', ['decode', '/nowhere.txt']);
    expect(await app.exit).toBe(1);
    expect(app.stderr.join('\n')).toContain('/nowhere.txt');
  });

  it('says what is wrong with a key, and never shows it', async () => {
    await using app = await startApp('dsmr-bridge', ['decode', '--key', 'C0FFEE'], { input: '' });
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain('32 hexadecimal digits');
    expect(app.stderr.join('\n')).not.toContain('C0FFEE');
  });

  it('says what an option takes', async () => {
    await using app = await startApp('dsmr-bridge', ['decode', '--timezone', 'Nowhere/Land'], { input: '' });
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain('Europe/Amsterdam');
  });
});
