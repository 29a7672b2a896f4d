import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { alike, promised } from './conformance.fixture.ts';

const folder = conformancePath('mbus');
const names =
  folder === null
    ? []
    : readdirSync(join(folder, 'frames'))
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length));

const wantedOf = (name: string) =>
  JSON.parse(readFileSync(join(folder ?? '', 'frames', `${name}.json`), 'utf8'));
const hexOf = (name: string): string =>
  readFileSync(join(folder ?? '', 'frames', `${name}.hex`), 'utf8').trim();
const plain = names.filter((name) => !wantedOf(name).key);

async function decode(args: readonly string[], input?: string | Buffer) {
  await using app = await startApp('mbus-gateway', ['decode', ...args], input === undefined ? {} : { input });
  const code = await app.exit;
  expect(app.stderr).toEqual([]);
  return { code, lines: app.stdout.map((line) => JSON.parse(line)) };
}

describe.skipIf(folder === null)('decode', () => {
  it('gives what the corpus expects of each file, and says with its exit status that some are wrong', async () => {
    const { code, lines } = await decode(plain.map((name) => join(folder ?? '', 'frames', `${name}.hex`)));
    expect(lines).toHaveLength(plain.length);
    for (const [at, name] of plain.entries()) {
      const wanted = promised(wantedOf(name));
      expect([name, alike(lines[at], wanted)]).toEqual([name, wanted]);
    }
    expect(code).toBe(1);
  });

  it('takes each line of a text for itself, and knows a key', async () => {
    const good = plain.filter((name) => wantedOf(name).ok).slice(0, 5);
    const bad = plain.filter((name) => !wantedOf(name).ok).slice(0, 5);
    const mixed = [...good.slice(0, 2), ...bad, ...good.slice(2), 'syn_mode5_key'];
    const { lines } = await decode(['--key', wantedOf('syn_mode5_key').key], mixed.map(hexOf).join('\n'));
    expect(lines.map(({ ok, error }) => [ok, error])).toEqual(
      mixed.map(wantedOf).map(({ ok, error }) => [ok, error]),
    );
  });

  it('finds the frames in raw bytes', async () => {
    const good = plain.filter((name) => wantedOf(name).ok);
    const noise = Buffer.from('00fdfc', 'hex');
    const frames = good.map((name) => Buffer.from(hexOf(name).replace(/\s+/g, ''), 'hex'));
    const { code, lines } = await decode([], Buffer.concat([noise, ...frames]));
    expect(lines.map(({ ok }) => ok)).toEqual([false, ...good.map(() => true)]);
    expect(lines[0]).toEqual({ ok: false, error: 'bad_start' });
    expect(code).toBe(1);
    expect((await decode([], Buffer.concat(frames))).code).toBe(0);
  });
});

describe('decode', () => {
  it('says which file it cannot read', async () => {
    await using app = await startApp('mbus-gateway', ['decode', '/nowhere.hex']);
    expect(await app.exit).toBe(1);
    expect(app.stderr.join('\n')).toContain('/nowhere.hex');
  });

  it('says what a key is, and never shows a wrong one', async () => {
    await using app = await startApp('mbus-gateway', ['decode', '--key', 'C0FFEE']);
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain('32 hexadecimal digits');
    expect(app.stderr.join('\n')).not.toContain('C0FFEE');
  });

  it('tells that nothing is no frame', async () => {
    await using app = await startApp('mbus-gateway', ['decode'], { input: '\n' });
    expect(await app.exit).toBe(1);
    expect(app.stdout).toEqual(['{"ok":false,"error":"empty"}']);
  });

  it.each([
    ['a frame with a byte behind it', '1040014116 00', ['trailing_data']],
    ['a frame behind noise', '00 1040014116', ['bad_start']],
    ['two frames with noise between them', '1040014116 00 1040014116', [undefined, 'bad_start', undefined]],
    ['a frame over two lines', '104001\n4116', [undefined]],
    ['half a byte', '6\n8\n', ['bad_start', 'bad_start']],
    ['a frame that lost its last digit', '104001411', ['bad_stop']],
    ['half a byte behind a frame', 'E5 1', ['trailing_data']],
    ['bytes with 0x', '0x10,0x40,0x01,0x41,0x16', [undefined]],
    ['bytes with colons', '10:40:01:41:16', [undefined]],
    ['bytes with dashes behind a byte order mark', '\ufeff10-40-01-41-16\n', [undefined]],
    ['lines, one of which is cut', 'E5\n104001\n1040014116\n', [undefined, 'incomplete', undefined]],
  ])('takes %s for what it is', async (_what, input, errors) => {
    await using app = await startApp('mbus-gateway', ['decode'], { input });
    await app.exit;
    expect(app.stdout.map((line) => JSON.parse(line).error)).toEqual(errors);
  });
});
