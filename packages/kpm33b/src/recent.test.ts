import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Recent } from './recent.ts';

it('remembers what was used last, and no more than twice its capacity', () => {
  const key = fc.integer({ min: 0, max: 40 }).map(String);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(key, { maxLength: 200 }), (capacity, keys) => {
      const recent = new Recent<string>(capacity);
      for (const [at, one] of keys.entries()) {
        const lastUsed = new Set(keys.slice(0, at).toReversed());
        const isAmongLast = [...lastUsed].slice(0, capacity - 1).includes(one);
        if (isAmongLast) expect(recent.get(one)).toBe(one);
        if (recent.get(one) === undefined) recent.set(one, one);
        const known = [...recent.keys()];
        expect(new Set(known).size).toBe(known.length);
        expect(known.length).toBeLessThanOrEqual(2 * capacity);
      }
    }),
  );
});

it('forgets what is deleted', () => {
  const recent = new Recent<number>(2);
  for (const key of ['a', 'b', 'a']) recent.set(key, 1);
  recent.delete('a');
  expect([...recent.keys()]).toEqual(['b']);
});
