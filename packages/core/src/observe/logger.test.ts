import { mkdir, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { closeLog, createLogger, type LogSettings } from './logger.ts';
import { prettyLine } from './pretty-line.ts';

const WAIT = { timeout: 5_000 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});
afterAll(() => rm(folder, { recursive: true }));

function capture(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line) };
  return { lines, log: createLogger({ level: 'info', format: 'json', ...settings }, sink) };
}

describe('log', () => {
  it('tells an error with code, words, hint and facts, and without a stack', () => {
    const { lines, log } = capture();
    log.warn({ err: new BridgeError('link/refused', 'no', { facts: { tcpPort: 9 } }) }, 'reading failed');
    const record = JSON.parse(lines[0]!);
    expect(record).toMatchObject({
      level: 'warn',
      msg: 'reading failed',
      err: { code: 'link/refused', message: 'no', tcpPort: 9 },
    });
    expect(record.err.hint).toContain('serial server');
    expect(record.err).not.toHaveProperty('stack');
  });

  it('tells where an error came from that nobody foresaw', () => {
    const { lines, log } = capture();
    log.error({ err: new TypeError('odd') });
    expect(JSON.parse(lines[0]!).err).toMatchObject({
      code: 'internal/unexpected',
      stack: expect.stringContaining('logger.test.ts'),
    });
  });

  it('marks an alert for the journal, but not on a terminal and not in files', () => {
    const printed = (isTTY: boolean): string => {
      const lines: string[] = [];
      const seen: string[] = [];
      const sink = { isTTY, write: (line: string) => lines.push(line) };
      createLogger({ level: 'info', format: 'json' }, sink, (json) => seen.push(json)).alert('no answer');
      expect(JSON.parse(seen[0]!)).toMatchObject({ level: 'alert', severity: 'alert', msg: 'no answer' });
      return lines.join('').slice(0, 4);
    };
    expect([printed(false), printed(true)]).toEqual(['<1>{', '{"le']);
  });

  it('leaves out what is below its level', () => {
    const { lines, log } = capture({ level: 'warn' });
    log.info('not wanted');
    log.warn('wanted');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['wanted']);
  });

  it('shows people one line, and the hint below it', () => {
    const { lines, log } = capture({ format: 'pretty' });
    log
      .child({ meter: 'main' })
      .warn({ err: new BridgeError('meter/silent', 'nothing came') }, 'reading failed');
    const [head, hint] = lines[0]!.split('\n');
    expect(head).toMatch(
      /^\d\d:\d\d:\d\d warn {2}reading failed: nothing came {2}meter=main code=meter\/silent$/,
    );
    expect(hint).toMatch(/^ +→ Check that the meter port/);
  });

  it('lets no name or value forge a line or steer the terminal', () => {
    const { lines, log } = capture({ format: 'pretty' });
    log.info({ meter: 'a\nb\u001b[2J' }, 'evil\r\n12:00:00 info  all is well\u001b[2J');
    expect(lines[0]!.trimEnd().split('\n')).toHaveLength(1);
    expect(lines[0]).not.toContain('\u001b');
  });

  it('writes a file that rotates and keeps no more than it is told', async () => {
    const path = join(folder, 'bridge.log');
    const { log } = capture({ file: { path, maxBytes: 2_000, maxFiles: 2, rotate: 'daily' } });
    for (let turn = 0; turn < 200; turn++) {
      log.info({ turn }, 'x'.repeat(100));
      if (turn % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await vi.waitFor(async () => {
      const files = (await readdir(folder)).filter((name) => name.startsWith('bridge.log'));
      expect(files.sort()).toEqual(['bridge.log', 'bridge.log.1', 'bridge.log.2']);
    });
    const [first] = (await readFile(`${path}.1`, 'utf8')).split('\n');
    expect(JSON.parse(first!).msg).toBe('x'.repeat(100));
  });

  it('begins a new file at midnight, however small the old one is', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 31, 23, 59, 59, 900) });
    try {
      const path = join(folder, 'daily.log');
      const { log } = capture({ file: { path, maxBytes: 1_000_000, maxFiles: 2, rotate: 'daily' } });
      log.info('yesterday');
      await expect.poll(() => readFile(path, 'utf8')).toContain('yesterday');
      vi.setSystemTime(new Date(2026, 1, 1));
      await expect.poll(() => readFile(`${path}.1`, 'utf8').catch(() => ''), WAIT).toContain('yesterday');
      log.info('today');
      await expect.poll(() => readFile(path, 'utf8')).toContain('today');
      expect(await readFile(path, 'utf8')).not.toContain('yesterday');
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves its file to another log', async () => {
    const path = join(folder, 'left.log');
    const file = { path, maxBytes: 1_000_000, maxFiles: 2, rotate: 'daily' } as const;
    const [first, second] = [capture({ file }), capture({ file })];
    first.log.info('first');
    closeLog(first.log);
    first.log.info('late');
    second.log.info('second');
    await expect.poll(() => readFile(path, 'utf8'), WAIT).toMatch(/first.*second|second.*first/s);
    expect(await readFile(path, 'utf8')).not.toContain('late');
    expect(first.lines).toHaveLength(2);
  });

  it('goes on where its file cannot be written, says so once, and writes it again when it can', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const path = join(folder, 'taken.log');
    await mkdir(path);
    const { lines, log } = capture({ file: { path, maxBytes: 100_000, maxFiles: 1, rotate: 'never' } });
    log.info('still here');
    await vi.waitFor(() => expect(lines).toHaveLength(2), WAIT);
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', err: { code: 'log/file' } });
    vi.advanceTimersByTime(60_000);
    log.info('in vain');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await rmdir(path);
    log.info('too early');
    vi.advanceTimersByTime(60_000);
    log.info('back');
    await expect.poll(() => readFile(path, 'utf8').catch(() => ''), WAIT).toContain('back');
    expect(lines).toHaveLength(5);
  });
});

describe('a pretty line', () => {
  it('is coloured on a terminal only', () => {
    const json = JSON.stringify({ level: 'info', time: '2026-01-31T12:00:00.000Z', msg: 'hello' });
    expect(prettyLine(json, false)).toBe('12:00:00 info  hello\n');
    expect(prettyLine(json, true)).toContain('\u001b[32m');
  });
});
