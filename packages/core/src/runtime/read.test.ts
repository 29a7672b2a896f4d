import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { house } from '../model/house.fixture.ts';
import type { Reading } from '../model/index.ts';
import { pollMeters } from './poll.ts';
import { readOnce } from './read.ts';
import type { Entry, Source } from './source.ts';

let printed: string[];
let complaints: string;
beforeEach(() => {
  [printed, complaints] = [[], ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    printed.push(JSON.parse(String(line)).meter.id);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    complaints += line;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Bus extends Entry {
  readonly meters: readonly { readonly id: string; readonly interval: number }[];
}

const CONFIG = { breaker: { failures: 5, reset_after: 60_000 }, meters: [] };
const bus: Bus = { id: 'bus', meters: ['a', 'b', 'c'].map((id) => ({ id, interval: 900_000 })) };

const readingOf = (id: string): Reading => {
  return { meter: { ...house, id, uniqueId: id }, time: { epochMs: 0, offsetMinutes: 0 }, values: [] };
};

/** Each of its meters takes longer than those that tell their values together. */
const polled =
  (dead: string | null): Source<Bus> =>
  (context) =>
    pollMeters(context, context.entry.meters, async ({ id }) => {
      await sleep(700);
      if (id === dead) throw new BridgeError('meter/silent', 'no answer');
      return [readingOf(id)];
    });

it('reads each meter of a line once', async () => {
  expect(await readOnce(polled(null), [bus], CONFIG, 30_000)).toBe(0);
  expect(printed).toEqual(['a', 'b', 'c']);
});

it('fails when one of them cannot be read, and says which', async () => {
  expect(await readOnce(polled('c'), [bus], CONFIG, 30_000)).toBe(1);
  expect(printed).toEqual(['a', 'b']);
  expect(complaints).toContain('c: no answer');
});

it('reads what meters behind the same port tell together', async () => {
  const pushed: Source<Entry> = async function* ({ signal }) {
    yield readingOf('house');
    yield readingOf('gas');
    await sleep(60_000, null, { signal });
  };
  expect(await readOnce(pushed, [{ id: 'port' }], CONFIG, 30_000)).toBe(0);
  expect(printed).toEqual(['house', 'gas']);
});

it('does not wait for a source that does not end', async () => {
  const hanging: Source<Entry> = async function* () {
    await new Promise(() => undefined);
  };
  expect(await readOnce(hanging, [{ id: 'port' }], CONFIG, 100)).toBe(1);
  expect(complaints).toContain('port: no reading within 0.1 s');
});
