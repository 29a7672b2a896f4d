import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { bridgeConfig, meterBase } from '../config/index.ts';
import { changesOf, hasChanges, needsRestart } from './changes.ts';

describe('changes of the entries', () => {
  it('are found by id and content, however deep', () => {
    const before = [
      { id: 'same', address: { host: 'a', port: 1 } },
      { id: 'changed', address: { host: 'a', port: 1 } },
      { id: 'removed', address: { host: 'a', port: 1 } },
    ];
    const after = [
      { id: 'added', address: { host: 'a', port: 1 } },
      { id: 'changed', address: { host: 'a', port: 2 } },
      { id: 'same', address: { port: 1, host: 'a' } },
    ];
    const { added, changed, removed } = changesOf(before, after);
    const idsOf = (entries: readonly (typeof before)[number][]): readonly string[] =>
      entries.map(({ id }) => id);
    expect([added, changed, removed].map(idsOf)).toEqual([['added'], ['changed'], ['removed']]);
    expect(changed[0]).toBe(after[1]);
  });

  it('lead from one list to the other, and to nothing from a list to itself', () => {
    const entries = fc.uniqueArray(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), x: fc.nat(2) }, { noNullPrototype: true }),
      {
        selector: ({ id }) => id,
      },
    );
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const { added, changed, removed } = changesOf(before, after);
        const gone = new Set([...removed, ...changed].map(({ id }) => id));
        const result = [...before.filter(({ id }) => !gone.has(id)), ...changed, ...added];
        const byId = (list: typeof before) => list.toSorted((one, other) => one.id.localeCompare(other.id));
        expect(byId(result)).toEqual(byId(after));
        expect(hasChanges(changesOf(before, structuredClone(before).reverse()))).toBe(false);
      }),
    );
  });
});

describe('a restart', () => {
  const schema = bridgeConfig({ meter: z.strictObject(meterBase) }).extend({
    zone: z.string().default('UTC'),
  });
  const parse = (more: object) => schema.parse({ mqtt: { url: 'mqtt://a' }, meters: [{ id: 'a' }], ...more });

  it.each([
    [false, 'other meters', { meters: [{ id: 'b' }] }],
    [false, 'another folder', { meters_dir: './x' }],
    [false, 'another log level', { log: { level: 'debug' } }],
    [true, 'another log format', { log: { format: 'json' } }],
    [true, 'another broker', { mqtt: { url: 'mqtt://b' } }],
    [true, 'a key of the app itself', { zone: 'Europe/Riga' }],
  ])('is needed (%s) for %s', (expected, _, more) => {
    expect(needsRestart(parse({}), parse(more))).toBe(expected);
  });
});
