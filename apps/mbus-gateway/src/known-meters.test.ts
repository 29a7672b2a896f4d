import { describe, expect, it } from 'vitest';
import { config, linesOf } from './config.ts';
import { KnownMeters } from './known-meters.ts';

/** A line with one meter at primary address 5, and a search for the others. */
function knownMeters() {
  const address = '/dev/ttyUSB0';
  const meters = [
    { id: 'five', address, meter: 5 },
    { id: 'rest', address, meter: 'all' },
  ];
  const [entry] = linesOf(config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }));
  const kept = new Map<string, unknown>();
  const state = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => void kept.set(key, value),
  };
  return { entry: entry!, state, known: new KnownMeters({ entry: entry!, state }) };
}

const [ONE, OTHER] = ['1111222224400107', '3333444424400107'] as const;

describe('meters of a line', () => {
  it('are read at once after a restart, but for those that the last search did not meet', () => {
    const { entry, state, known } = knownMeters();
    const [others] = entry.others;
    known.add(others!, ONE);
    known.add(others!, OTHER);
    known.settle(others!, new Set([OTHER]));
    expect(known.all.map(({ id }) => id)).toEqual(['five', `rest_${ONE}`, `rest_${OTHER}`]);
    expect(new KnownMeters({ entry, state }).all.map(({ id }) => id)).toEqual(['five', `rest_${OTHER}`]);
  });

  it('are not read twice when a search finds what is configured by its primary address', () => {
    const { entry, known } = knownMeters();
    known.add(entry.others[0]!, ONE);
    const { changed } = known;
    known.recognise(entry.meters[0]!, ONE);
    expect(changed.aborted).toBe(true);
    expect(known.all.map(({ id }) => id)).toEqual(['five']);
  });

  it('are taken for exchanged when another one answers twice in a row, not once', () => {
    const { entry, known } = knownMeters();
    const told = (address: string) => known.recognise(entry.meters[0]!, address);
    told(ONE);
    expect(() => told(OTHER)).toThrow(expect.objectContaining({ code: 'meter/other-answer' }));
    told(ONE);
    expect(() => told(OTHER)).toThrow();
    told(OTHER);
    told(OTHER);
    expect(() => told(ONE)).toThrow();
  });
});
