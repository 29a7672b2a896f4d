import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { State } from '../store/index.ts';
import { sleep } from '../time/index.ts';
import { Line } from './line.ts';
import { type PolledEntry, pollMeters } from './poll.ts';
import type { Entry, Source } from './source.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Bus extends Entry {
  readonly meters: readonly PolledEntry[];
}

const BREAKER = { failures: 3, reset_after: 60_000 };
const TIMEOUT_MS = 2_000;
const READ_MS = 100;

function readingOf(id: string): Reading {
  const unknown = { serialNumber: null, manufacturer: null, model: null, firmware: null, intervalMs: null };
  const meter = { id, type: 'test', name: id, uniqueId: `serial of ${id}`, via: null, ...unknown };
  return { meter, time: { epochMs: 0, offsetMinutes: 0 }, values: [] };
}

/** A bus on which some meters are dead; `tries` tells who was asked when, in seconds. */
function setUp(dead: ReadonlyMap<string, BridgeError> = new Map()) {
  const startMs = Date.now();
  const tries: string[] = [];
  const told: string[] = [];
  const logged: string[] = [];
  let links = 0;
  const source: Source<Bus> = async function* (context) {
    links++;
    yield* pollMeters(context, context.entry.meters, async ({ id }) => {
      tries.push(`${id} ${Math.round((Date.now() - startMs) / 1000)}`);
      const problem = dead.get(id);
      await sleep(problem ? TIMEOUT_MS : READ_MS, context.signal);
      if (problem) throw problem;
      return [readingOf(id)];
    });
  };
  const events = {
    onReading: ({ meter }: Reading) => void told.push(meter.id),
    onGivenUp: (meters: readonly Meter[]) => void told.push(`given up: ${meters.map(({ id }) => id)}`),
    onReplaced: ({ id }: Meter) => void told.push(`gone: ${id}`),
  };
  const lineOf = (meters: readonly PolledEntry[]) =>
    new Line({
      entry: { id: 'bus', meters },
      source,
      breaker: BREAKER,
      log: pino({}, { write: (line) => void logged.push(JSON.parse(line).msg) }),
      events,
      state: new State().space('bus'),
    });
  const take = (list: string[]): readonly string[] => list.splice(0);
  return { lineOf, logged, tries: () => take(tries), told: () => take(told), links: () => links };
}

async function runFor(line: Line<Bus>, ms: number): Promise<void> {
  const abort = new AbortController();
  const running = line.run(abort.signal);
  await vi.advanceTimersByTimeAsync(ms);
  abort.abort();
  await running;
}

const silent = new BridgeError('meter/silent', 'no answer');

describe('meters that are polled', () => {
  it('are read at their own intervals, whoever has waited longest first', async () => {
    const { lineOf, tries } = setUp();
    const line = lineOf([
      { id: 'slow', interval: 30_000 },
      { id: 'fast', interval: 10_000 },
    ]);
    await runFor(line, 31_000);
    expect(tries()).toEqual(['slow 0', 'fast 0', 'fast 10', 'fast 20', 'slow 30', 'fast 30']);
    expect(line.breaker.problem).toBeNull();
  });

  it('lose no more than its own time-out per cycle to one that is dead, and less once it is left alone', async () => {
    const { lineOf, tries, told, links } = setUp(new Map([['dead', silent]]));
    const line = lineOf([
      { id: 'dead', interval: 10_000 },
      { id: 'alive', interval: 10_000 },
    ]);
    await runFor(line, 119_000);
    const all = tries();
    const alive = all.filter((one) => one.startsWith('alive'));
    const late = alive.map((one, turn) => Number(one.slice(6)) - 10 * turn);
    // The dead one has its turn before it at first, and maybe once more: when depends on the jitter.
    expect(late[0]).toBe(2);
    expect(late.every((seconds) => seconds >= 0 && seconds <= 2)).toBe(true);
    expect(late.filter((seconds) => seconds > 0).length).toBeLessThanOrEqual(2);
    expect(alive).toHaveLength(12);
    const [first, second, third, fourth, ...later] = all.filter((one) => one.startsWith('dead'));
    expect([first, second, third]).toEqual(['dead 0', 'dead 12', 'dead 24']);
    // Left alone for a minute, or up to a quarter less.
    expect(Number(fourth?.slice(5))).toBeGreaterThanOrEqual(26 + 45);
    expect(later).toEqual([]);
    expect(told()).toContain('given up: ');
    expect(links()).toBe(1);
    const [one, other] = line.polls;
    expect(one?.breaker).toMatchObject({ state: 'open', failures: 4, problem: silent });
    expect(other?.breaker).toMatchObject({ state: 'closed', failures: 0, problem: null });
  });

  it('get a new link when none of them answers any more, and are not asked sooner for that', async () => {
    const dead = new Map([['only', silent]]);
    const { lineOf, tries, told, links } = setUp(dead);
    const line = lineOf([{ id: 'only', interval: 10_000 }]);
    dead.delete('only');
    const abort = new AbortController();
    const running = line.run(abort.signal);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told()).toEqual(['only']);
    dead.set('only', silent);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(told()).toEqual(['given up: only']);
    expect(links()).toBe(2);
    expect(tries()).toEqual(['only 0', 'only 10', 'only 22', 'only 34']);
    expect(line.breaker.problem).toBe(silent);
    dead.delete('only');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told()).toContain('only');
    expect(line.breaker.problem).toBeNull();
    abort.abort();
    await running;
  });

  it('are asked again at once when the link was lost under way', async () => {
    const dead = new Map([['one', new BridgeError('link/lost', 'unplugged')]]);
    const { lineOf, tries, links } = setUp(dead);
    const line = lineOf([{ id: 'one', interval: 300_000 }]);
    const running = runFor(line, 10_000);
    await vi.advanceTimersByTimeAsync(3_000);
    dead.clear();
    await running;
    expect(links()).toBeGreaterThan(1);
    expect(tries().length).toBe(links());
    expect(line.readings).toBe(1);
  });

  it('all have their turn on a line that cannot keep their intervals, and that is told', async () => {
    const { lineOf, tries } = setUp();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const line = lineOf(ids.map((id) => ({ id, interval: 3 * READ_MS })));
    await runFor(line, 10 * 6 * READ_MS);
    const turns = tries().map((one) => one[0]);
    expect(turns.slice(0, 6)).toEqual(ids);
    for (const id of ids) expect(turns.filter((turn) => turn === id).length).toBeGreaterThanOrEqual(9);
    expect(line.reports.get('line/overloaded')).toBeGreaterThan(0);
  });

  it('are not said to overload a line that was away for longer than their intervals', async () => {
    const dead = new Map([['one', new BridgeError('link/lost', 'unplugged')]]);
    const { lineOf, told } = setUp(dead);
    const line = lineOf([{ id: 'one', interval: 5_000 }]);
    const running = runFor(line, 120_000);
    await vi.advanceTimersByTimeAsync(60_000);
    dead.clear();
    await running;
    expect(told()).toContain('one');
    expect(line.reports.size).toBe(0);
  });

  it('keep their pace over a reload that does not touch them; one that is gone is forgotten', async () => {
    const { lineOf, tries, told } = setUp();
    const stays = { id: 'stays', interval: 60_000 };
    const before = lineOf([stays, { id: 'goes', interval: 60_000 }]);
    await runFor(before, 20_000);
    expect(tries()).toEqual(['stays 0', 'goes 0']);
    told();
    const after = lineOf([{ ...stays }, { id: 'new', interval: 60_000 }]);
    after.inherit(before);
    await runFor(after, 50_000);
    expect(tries()).toEqual(['new 20', 'stays 60']);
    expect(told()).toEqual(['gone: goes', 'new', 'stays']);
  });

  it('take another interval for as long as their settings stay, and refuse what is none', async () => {
    const { lineOf, tries } = setUp();
    const one = { id: 'one', interval: 300_000 };
    const before = lineOf([one]);
    await runFor(before, 1_000);
    const { meter } = readingOf('one');
    const set = (text: string) => before.command({ meter, key: 'interval', text, tell: () => undefined });
    for (const text of ['9', '86401', '1e3', 'soon', '-20', ''])
      await expect(set(text), text).rejects.toMatchObject({ code: 'control/out-of-range' });
    await set('20');
    await expect(
      before.command({
        ...{ key: 'interval', text: '20', tell: () => undefined },
        meter: readingOf('other').meter,
      }),
    ).rejects.toMatchObject({ code: 'control/refused' });
    const same = lineOf([{ ...one }]);
    same.inherit(before);
    await runFor(same, 45_000);
    expect(tries()).toEqual(['one 0', 'one 1', 'one 21', 'one 41']);
    const changed = lineOf([{ ...one, interval: 100_000 }]);
    changed.inherit(same);
    await runFor(changed, 150_000);
    expect(tries()).toEqual(['one 46', 'one 146']);
  });

  it('have their trouble told once, though the line fails with it as well', async () => {
    const dead = new Map([['one', new BridgeError('meter/no-answer', 'nothing came back')]]);
    const { lineOf, logged } = setUp(dead);
    const line = lineOf([{ id: 'one', interval: 10_000 }]);
    const abort = new AbortController();
    const running = line.run(abort.signal);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(line.breaker.problem?.code).toBe('meter/no-answer');
    dead.clear();
    await vi.advanceTimersByTimeAsync(600_000);
    abort.abort();
    await running;
    expect(logged).toEqual(['reading failed', 'the meter answers again']);
  });

  it('are read anew at once when another interval is set while they are being read', async () => {
    const { lineOf, tries } = setUp();
    const line = lineOf([{ id: 'one', interval: 10_000 }]);
    const abort = new AbortController();
    const running = line.run(abort.signal);
    await vi.advanceTimersByTimeAsync(10_000 + READ_MS / 2);
    const { meter } = readingOf('one');
    await line.command({ meter, key: 'interval', text: '20', tell: () => undefined });
    await vi.advanceTimersByTimeAsync(35_000);
    abort.abort();
    await running;
    expect(tries()).toEqual(['one 0', 'one 10', 'one 10', 'one 30']);
  });
});
