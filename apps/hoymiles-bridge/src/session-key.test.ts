import { bytesOf } from '@meterbridge/core/codec';
import { State } from '@meterbridge/core/store';
import { describe, expect, it } from 'vitest';
import { SessionKey } from './session-key.ts';

const RAND = bytesOf('f5480938516c557e347bc49c672b6af1');
const OTHER = bytesOf('00112233445566778899aabbccddeeff');

const keyOf = (state = new State().space('dtu'), start = 65_000) => {
  const key = new SessionKey(start, state);
  key.take(RAND);
  return key;
};

describe('the key of a session', () => {
  it('gives each number once, and then none', () => {
    const key = keyOf();
    const numbers = new Set(Array.from({ length: 65_536 }, () => key.next()));
    expect(numbers.size).toBe(65_536);
    expect(() => key.next()).toThrow(expect.objectContaining({ code: 'meter/key-spent' }));
    key.take(RAND);
    expect(() => key.next()).toThrow(expect.objectContaining({ code: 'meter/key-spent' }));
    expect(key.take(OTHER)).toBe(true);
    expect(key.next()).toBeLessThan(65_536);
  });

  it('is to be replaced in time: while nobody misses the DTU, or before it is too late', () => {
    const key = keyOf();
    const wornAt: number[] = [];
    for (let used = 0; used < 65_536; used++) {
      if (key.isWorn(wornAt.length === 0)) wornAt.push(used);
      if (wornAt.length === 2) break;
      key.next();
    }
    expect(wornAt).toEqual([58_000, 65_000]);
    key.take(OTHER);
    expect(key.isWorn(true)).toBe(false);
  });

  it('goes on after a restart, beyond what was not written down any more', () => {
    const state = new State().space('dtu');
    const before = keyOf(state, 100);
    const used = Array.from({ length: 50 }, () => before.next());
    const after = keyOf(state, 90);
    const next = Array.from({ length: 50 }, () => after.next());
    expect(Math.min(...next)).toBeGreaterThan(Math.max(...used) + 200);
    expect(JSON.stringify(state.get('session'))).not.toContain('f548');
  });

  it('may count without end while nothing is encrypted', () => {
    const key = new SessionKey(0, new State().space('dtu'));
    for (let used = 0; used < 70_000; used++) key.next();
    expect(key.isWorn(true)).toBe(false);
  });
});
