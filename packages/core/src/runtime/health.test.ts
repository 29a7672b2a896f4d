import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Meter } from '../model/index.ts';
import { lineWait } from './backoff.ts';
import { Breaker } from './breaker.ts';
import { type Observed, type ObservedLine, problemsOf, summaryOf, warningsOf } from './health.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const meter: Meter = {
  id: 'gas',
  type: 'test',
  name: 'Gas',
  uniqueId: 'gas',
  serialNumber: null,
  manufacturer: null,
  model: null,
  firmware: null,
  via: null,
  intervalMs: null,
};

function lineOf(changes: Partial<ObservedLine> = {}): ObservedLine {
  const breaker = new Breaker(5, lineWait(60_000));
  const entry = { id: 'port' };
  return {
    entry,
    readings: 1,
    reports: new Map(),
    progressMs: performance.now(),
    breaker,
    polls: [],
    ...changes,
  };
}

function bridgeOf(line: ObservedLine, isOnline = true, changes: Partial<Observed> = {}): Observed {
  const time = { epochMs: 0, offsetMinutes: 0 };
  const known = { meter, line: line.entry.id, time, values: new Map() };
  return {
    lines: [line],
    meters: [{ meter, online: isOnline, lastMs: 0, known, held: new Map() }],
    broker: 'mqtt://broker',
    mqtt: { connected: true },
    mqttProblem: null,
    store: { problem: null, stats: () => expect.unreachable() },
    storeMovedAside: null,
    configProblems: [],
    dryRun: false,
    warnings: [],
    ...changes,
  };
}

it('a meter that has told nothing since the start is offline with its line, or for itself', () => {
  const known = null;
  const meters = [
    {
      meter: { ...meter, via: { ...meter, id: 'port' } },
      online: false,
      lastMs: null,
      known,
      held: new Map(),
    },
  ];
  const line = lineOf();
  expect(problemsOf(bridgeOf(line, false, { meters })).map(({ what }) => what)).toEqual(['gas: offline']);
  line.breaker.failed(new BridgeError('link/refused', 'no'));
  expect(problemsOf(bridgeOf(line, false, { meters })).map(({ what }) => what)).toEqual(['port: no']);
});

describe('the health of a bridge', () => {
  it('is good when readings reach the broker', () => {
    const bridge = bridgeOf(lineOf());
    expect([problemsOf(bridge), warningsOf(bridge)]).toEqual([[], []]);
    expect(summaryOf(bridge)).toBe('1 of 1 meters online');
  });

  it.each([
    [0, 'connected'],
    [7, '7 readings'],
  ])('is told without meters where none are known: %i readings', (readings, summary) => {
    const bridge = bridgeOf(lineOf({ readings, mayBeQuiet: true }), true, { meters: [] });
    expect(summaryOf(bridge)).toBe(summary);
  });

  it('says which meter is offline, unless its line is known to fail', () => {
    expect(problemsOf(bridgeOf(lineOf(), false))).toMatchObject([{ what: 'gas: offline' }]);
    const line = lineOf();
    line.breaker.failed(new BridgeError('link/lost', 'unplugged'));
    expect(problemsOf(bridgeOf(line, false))).toMatchObject([{ what: 'port: unplugged', code: 'link/lost' }]);
    line.breaker.succeeded();
    expect(problemsOf(bridgeOf(line))).toEqual([]);
  });

  it('says that a line has told nothing yet', () => {
    expect(problemsOf(bridgeOf(lineOf({ readings: 0 })))).toMatchObject([{ what: 'port: no reading yet' }]);
  });

  it('says that the source of a line hangs', () => {
    const line = lineOf();
    vi.advanceTimersByTime(5 * 60_000);
    expect(problemsOf(bridgeOf(line))).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(problemsOf(bridgeOf(line))).toMatchObject([{ code: 'line/stalled', hint: expect.any(String) }]);
  });

  it('says what is wrong with broker and configuration, and only warns of store and dry run', () => {
    const refused = new BridgeError('mqtt/refused', 'wrong password');
    const invalid = new BridgeError('config/invalid', 'no such key');
    const aside = new BridgeError('store/corrupt', 'moved aside');
    const bridge = bridgeOf(lineOf(), true, {
      mqtt: { connected: false },
      mqttProblem: refused,
      configProblems: [invalid],
      storeMovedAside: aside,
      dryRun: true,
    });
    expect(problemsOf(bridge).map(({ code }) => code)).toEqual(['config/invalid', 'mqtt/refused']);
    expect(warningsOf(bridge).map(({ what }) => what)).toEqual([
      'dry run: nothing is published',
      'store: moved aside',
    ]);
    expect(problemsOf({ ...bridge, mqttProblem: null })[1]).toEqual({ what: 'mqtt://broker: connecting' });
  });
});
