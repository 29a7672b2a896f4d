import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputBytes, inputLines, inputText, wholeInput } from './input.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array): string {
  const file = join(folder, 'input');
  writeFileSync(file, content);
  return file;
}

async function linesOf(content: string): Promise<readonly string[]> {
  const lines = await Array.fromAsync(inputLines(fileOf(content)));
  return lines.map((line) => Buffer.from(line).toString());
}

describe('the input of a command', () => {
  it('is bytes, or the hexadecimal text of them', async () => {
    expect(Buffer.from(await wholeInput(fileOf(Uint8Array.of(0x68, 0xff)))).toString('hex')).toBe('68ff');
    expect(Buffer.from(await wholeInput(fileOf('68 FF\n'))).toString('hex')).toBe('68ff');
  });

  it('keeps hexadecimal text where its lines mean something', async () => {
    expect(Buffer.concat(await Array.fromAsync(inputBytes(fileOf('68\nFF\n')))).toString()).toBe('68\nFF\n');
    expect(await inputText(fileOf('68\nFF\n'))).toBe('68\nFF\n');
  });

  it('is the frames of a support bundle', async () => {
    const bundle = JSON.stringify({ app: 'bridge', frames: [{ hex: '6801' }, { hex: '16' }] });
    expect(Buffer.concat(await Array.fromAsync(inputBytes(fileOf(bundle)))).toString('hex')).toBe('680116');
  });

  it('is the frames of a support bundle, one a line where lines are read', async () => {
    const bundle = JSON.stringify({ app: 'bridge', frames: [{ hex: '6801' }, { hex: '16' }] }, null, 2);
    expect(await linesOf(bundle)).toEqual(['6801', '16']);
  });

  it('may have a byte order mark in front', async () => {
    const bundle = JSON.stringify({ line: 'heat', frames: [{ hex: '6801' }] });
    expect(Buffer.from(await wholeInput(fileOf('\ufeff68 FF\n'))).toString('hex')).toBe('68ff');
    expect(await inputText(fileOf('\ufeff68'))).toBe('68');
    expect(await linesOf('\ufeffone\ntwo')).toEqual(['one', 'two']);
    expect(await linesOf(`\ufeff${bundle}`)).toEqual(['6801']);
    expect(await linesOf('\ufeff')).toEqual([]);
    expect(Buffer.from(await wholeInput(fileOf(Uint8Array.of(0xef, 0xbb)))).toString('hex')).toBe('efbb');
  });

  it('is read line by line', async () => {
    expect(await linesOf('one\r\n\ntwo\nthree')).toEqual(['one\r', '', 'two', 'three']);
    expect(await linesOf('')).toEqual([]);
    // Longer than what is read from a file at once.
    const long = 'x'.repeat(200_000);
    expect(await linesOf(`${long}\n${long}\n`)).toEqual([long, long]);
  });

  it('holds a line without end only in part', async () => {
    const [line, ...more] = await linesOf('x'.repeat(17 * 1024 * 1024));
    expect(line!.length).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(more).toEqual([]);
  });

  it('is named when it cannot be read', async () => {
    const error = { code: 'input/unreadable', message: expect.stringContaining('/nowhere') };
    await expect(wholeInput('/nowhere')).rejects.toMatchObject(error);
    await expect(inputText('/nowhere')).rejects.toMatchObject(error);
    await expect(inputLines('/nowhere').next()).rejects.toMatchObject(error);
  });
});
