import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';

const folder = conformancePath('hoymiles');

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const namesIn = (part: string): readonly string[] =>
  folder === null ? [] : readdirSync(join(folder, part)).filter((file) => file.endsWith('.json'));
const load = (part: string, file: string): Json =>
  JSON.parse(readFileSync(join(folder ?? '', part, file), 'utf8'));

async function decode(
  args: readonly string[],
  input = '',
): Promise<{ code: unknown; lines: readonly Json[] }> {
  await using app = await startApp('hoymiles-bridge', ['decode', ...args], { input });
  const code = await app.exit;
  return { code, lines: app.stdout.map((line) => JSON.parse(line)) };
}

describe.skipIf(folder === null)('decode of the corpus', () => {
  it.each(['modbus', 'protobuf'])('takes every file of %s, one line each', async (part) => {
    const files = namesIn(part);
    const { lines } = await decode([
      '--protocol',
      part,
      ...files.map((file) => join(folder ?? '', part, file)),
    ]);
    expect(lines.map(({ name }) => `${name}.json`)).toEqual(files);
    for (const [at, file] of files.entries()) {
      const { ok, error, message } = load(part, file).expect ?? {};
      if (ok === 'either' || ok === undefined) continue;
      expect([file, lines[at].ok, lines[at].error, lines[at].message ?? message]).toEqual([
        file,
        ok,
        error,
        message,
      ]);
    }
  });

  it.each(
    namesIn('protobuf')
      .filter((file) => load('protobuf', file).kind === 'frame')
      .slice(0, 3),
  )('takes the bare bytes of %s', async (file) => {
    const { hex, expect: wanted } = load('protobuf', file);
    const { code, lines } = await decode(['--protocol', 'protobuf'], hex);
    expect(lines[0]).toMatchObject(
      wanted.ok ? { ok: true, command: wanted.command, seq: wanted.seq } : wanted,
    );
    expect(code).toBe(wanted.ok ? 0 : 1);
  });
});

describe('decode', () => {
  it.each([
    ['a port', '0c116100000001010160035208fd13880bae0064000003e8012c0003000000000107000000000000', 'port'],
    ['a PDU', '030610f871600831', 'dtu_serial'],
    ['a frame of Modbus TCP', '00070000000901030610f871600831', 'dtu_serial'],
    [
      'a frame of Modbus RTU',
      '7e03280c116100000001010160035208fd13880bae0064000003e8012c0003000000000107000000000000c9d6',
      'port',
    ],
  ])('knows %s by itself', async (_what, hex, key) => {
    const { lines } = await decode(['--protocol', 'modbus', '-'], hex);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toHaveProperty(key);
  });

  it('decrypts with the key of the session', async () => {
    const hex =
      '484da30500023d06002a66fd672b56d307f6874d2198ccf1386a25531a6a6d57363ae9efe580f61055c7436b6cf997577fb332ccf82998644999';
    const { lines } = await decode(
      ['--protocol', 'protobuf', '--enc-rand', 'f5480938516c557e347bc49c672b6af1'],
      hex,
    );
    expect(lines).toMatchObject([{ ok: true, raw: { 7: 'A:500,B:0,C:0\r' } }]);
  });

  it.each([
    ['without a protocol', [], '--protocol'],
    ['with a key that is none', ['--protocol', 'protobuf', '--enc-rand', 'f548'], '32 hexadecimal digits'],
  ])('says what it needs %s', async (_how, args, word) => {
    await using app = await startApp('hoymiles-bridge', ['decode', ...args], { input: '' });
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain(word);
    expect(app.stderr.join('\n')).not.toContain('f548');
  });
});
