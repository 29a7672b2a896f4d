import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Meter, Reading } from '../model/index.ts';
import { State } from '../store/index.ts';
import { sleep } from '../time/index.ts';
import { Line } from './line.ts';
import { Lines } from './lines.ts';
import type { Entry } from './source.ts';

interface Port extends Entry {
  readonly serials: readonly string[];
}

const BREAKER = { failures: 5, reset_after: 60_000 };

function meter(id: string, uniqueId: string, via: Meter | null = null): Meter {
  const unknown = { serialNumber: null, manufacturer: null, model: null, firmware: null, intervalMs: null };
  return { id, type: 'test', name: id, uniqueId, via, ...unknown };
}

/** Lines whose sources tell of a port, and of meters that are read through it. */
function setUp() {
  const told: string[] = [];
  const gone: string[] = [];
  const readings: string[] = [];
  async function* source({ entry, signal }: { readonly entry: Port; readonly signal: AbortSignal }) {
    told.push(`${entry.id} starts`);
    try {
      const port = meter(`${entry.id}_port`, `port of ${entry.id}`);
      for (const serial of entry.serials) yield read(meter(`${entry.id}_${serial[0]}`, serial, port));
      await sleep(60_000, signal);
    } finally {
      told.push(`${entry.id} ends`);
    }
  }
  const events = {
    onReading: (reading: Reading) => void readings.push(reading.meter.uniqueId),
    onGivenUp: () => undefined,
    onReplaced: (old: Meter) => void gone.push(`replaced ${old.uniqueId}`),
  };
  const lines = new Lines<Port>({
    create: (entry) => {
      const state = new State().space(entry.id);
      return new Line({ entry, source, breaker: BREAKER, log: pino({ enabled: false }), events, state });
    },
    onGone: (meters) => gone.push(...meters.map(({ uniqueId }) => uniqueId)),
  });
  const take = (list: string[]): readonly string[] => list.splice(0);
  return { lines, told: () => take(told), gone: () => take(gone), readings: () => take(readings) };
}

const read = (of: Meter): Reading => ({ meter: of, time: { epochMs: 0, offsetMinutes: 0 }, values: [] });
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the lines of a bridge', () => {
  it('start, go on untouched, are replaced and end as the entries say', async () => {
    const { lines, told } = setUp();
    const same = { id: 'same', serials: [] };
    await lines.apply([same, { id: 'old', serials: [] }, { id: 'other', serials: [] }]);
    await settled();
    expect(told()).toEqual(['same starts', 'old starts', 'other starts']);
    const [line] = lines.all;
    await lines.apply([{ id: 'other', serials: ['x'] }, { ...same }, { id: 'new', serials: [] }]);
    await settled();
    expect(told().toSorted()).toEqual(['new starts', 'old ends', 'other ends', 'other starts']);
    expect(lines.all.map(({ entry }) => entry.id)).toEqual(['other', 'same', 'new']);
    expect(lines.all[1]).toBe(line);
    await lines.stop(1_000);
    expect(told().toSorted()).toEqual(['new ends', 'other ends', 'same ends']);
  });

  it('tell which meters are gone, those behind a port before the port itself', async () => {
    const { lines, gone } = setUp();
    await lines.apply([
      { id: 'a', serials: ['1', '2'] },
      { id: 'b', serials: ['3'] },
    ]);
    await settled();
    await lines.apply([{ id: 'b', serials: ['3'] }]);
    expect(gone()).toEqual(['1', '2', 'port of a']);
    await lines.stop(1_000);
  });

  it('keep the meters of a changed entry until another one takes their name', async () => {
    const { lines, gone } = setUp();
    await lines.apply([{ id: 'a', serials: ['1x', '2x'] }]);
    await settled();
    await lines.apply([{ id: 'a', serials: ['1y'] }]);
    expect(gone()).toEqual([]);
    await settled();
    expect(gone()).toEqual(['replaced 1x']);
    // What it never heard of again is still known when the entry goes.
    await lines.apply([]);
    expect(gone()).toEqual(['1y', '2x', 'port of a']);
  });
});
