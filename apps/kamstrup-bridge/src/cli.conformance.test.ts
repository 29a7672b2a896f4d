import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, conformanceReason, startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const folder = conformancePath('kmp');
const cases: readonly Json[] =
  folder === null ? [] : JSON.parse(readFileSync(join(folder, 'frames.json'), 'utf8')).cases;

describe('kamstrup-bridge decode', () => {
  if (folder === null)
    return it('reads every case of the corpus', ({ skip }) => skip(conformanceReason('kmp')));

  it('reads every case of the corpus', async () => {
    const input = cases.map(({ request, rx_hex }) => `${request.hex} ${rx_hex}\n`).join('');
    await using app = await startApp('kamstrup-bridge', ['decode', '-'], { input });
    expect(await app.exit).toBe(0);
    const wanted = cases.map(({ expect: { also_acceptable: _, ...demanded }, frames }) => ({
      ...demanded,
      frames,
    }));
    expect(app.stdout.map((line) => JSON.parse(line))).toEqual(wanted);
  });

  it('reads what arrived without its request', async () => {
    const lines = cases.filter(({ rx_hex }) => rx_hex !== '');
    const input = lines.map(({ rx_hex }) => `${rx_hex}\r\n`).join('');
    await using app = await startApp('kamstrup-bridge', ['decode'], { input });
    expect(await app.exit).toBe(0);
    expect(app.stdout.map((line) => JSON.parse(line))).toEqual(lines.map(({ frames }) => ({ frames })));
  });
});

describe('kamstrup-bridge decode', () => {
  it('takes a byte order mark, blanks in front, and frames that were saved from the page', async () => {
    const exchange = '803f1001003cb25f0d 403f10003c08044300000bb827160d';
    const frame = {
      start: '40',
      payload: '3f10003c08044300000bb8',
      crc: '2716',
      crc_ok: true,
      escape_ok: true,
    };
    for (const input of [`\ufeff${exchange}\r\n`, ` \t${exchange} \n`]) {
      await using app = await startApp('kamstrup-bridge', ['decode'], { input });
      expect(await app.exit).toBe(0);
      const [line] = app.stdout.map((json) => JSON.parse(json));
      expect(line).toMatchObject({ outcome: 'ok', registers: [{ value: '3.000' }], frames: [frame] });
    }
    const saved = { line: 'heat', frames: [{ hex: exchange.split(' ')[1] }, { hex: '00' }] };
    await using app = await startApp('kamstrup-bridge', ['decode'], { input: JSON.stringify(saved) });
    expect(await app.exit).toBe(0);
    expect(app.stdout.map((json) => JSON.parse(json))).toEqual([{ frames: [frame] }, { frames: [] }]);
  });
});

describe('kamstrup-bridge decode of a log', () => {
  // KMP description 5512-447, 6.3.1, as an answer to the question of 6.3.2; and a log that is empty.
  it.each([
    [
      '407fa1010210f3003c080400ff1bf986620044270400e993dc0510f4b50a5c5e93e0504710f5cf1bf95396f2584c9610f5110200084b0d',
      {
        records: [
          { record_id: 4339, values: ['4278617698', '3918781445'] },
          { record_id: 4340, values: ['3037355102', '2480951367'] },
          { record_id: 4341, values: ['3473298326', '4065873046'] },
        ],
        last_read_record: 4341,
        newest_record: 4354,
        info: 0,
      },
    ],
    ['407fa1010201a5ce0d', { records: [], last_read_record: null, newest_record: null, info: 1 }],
  ])('tells its records (%s)', async (answer, log) => {
    const input = `807fa10102003c0044031b7fdf1e0d ${answer}\n`;
    await using app = await startApp('kamstrup-bridge', ['decode'], { input });
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.stdout[0]!)).toMatchObject({ outcome: 'ok', log: 1, ...log });
  });
});

describe('kamstrup-bridge decode with bad input', () => {
  it.each([
    ['803f01058b0d 403f0100010701fe580d', 'frame/checksum'],
    ['403f0100010701fe580d 403f0100010701fe580d', 'frame/malformed'],
    ['803f01058a0d 4', 'frame/malformed'],
    ['80 3f 01 05 8a 0d', 'frame/malformed'],
    ['what is this', 'frame/malformed'],
  ])('says of "%s" that it is %s', async (input, error) => {
    await using app = await startApp('kamstrup-bridge', ['decode'], { input });
    expect(await app.exit).toBe(1);
    expect(JSON.parse(app.stdout[0]!)).toMatchObject({ error });
  });

  it('names the file that is not there', async () => {
    await using app = await startApp('kamstrup-bridge', ['decode', 'no-such-file']);
    expect(await app.exit).toBe(1);
    expect(app.stderr[0]).toContain('no-such-file');
    expect(app.stderr[0]).toContain('input/unreadable');
  });
});
