import { expect, it } from 'vitest';
import { house } from '../model/house.fixture.ts';
import type { Meter } from '../model/index.ts';
import { Duplicates } from './duplicates.ts';

const read = (id: string, more: Partial<Meter> = {}) => ({ meter: { ...house, id, ...more }, line: 'bus' });
const line = { ...house, id: 'cellar', uniqueId: 'line_cellar' };
const found = read('cellar_1', { via: line, configId: 'cellar' });

it.each([
  ['a meter that nobody else reads', read('one'), undefined, ['one']],
  ['the same meter again', read('one'), read('one'), ['one']],
  ['a meter that has got another id', read('new'), read('old'), ['new']],
  ['one that is configured itself, after it was found', read('one'), found, ['one', 'cellar']],
])('takes %s', (_what, now, before, configured) => {
  const duplicates = new Duplicates();
  expect(duplicates.refusalOf(now, before, new Set(configured))).toBeNull();
  expect(duplicates.problems).toEqual([]);
});

it.each([
  ['of two entries, the one that came later', read('two'), read('one'), ['one', 'two']],
  ['one that is found and configured itself', found, read('one'), ['one', 'cellar']],
])('refuses %s, until that is mended', (_what, now, before, configured) => {
  const duplicates = new Duplicates();
  const error = duplicates.refusalOf(now, before, new Set(configured));
  expect(error).toMatchObject({
    code: 'meter/duplicate',
    message: `${now.meter.id} is the meter that is read as one already`,
  });
  expect(duplicates.problems).toEqual([error]);
  duplicates.refusalOf(now, undefined, new Set(configured));
  expect(duplicates.problems).toEqual([]);
});
