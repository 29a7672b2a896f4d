import { expect, it } from 'vitest';
import { house } from '../model/house.fixture.ts';
import { ownerOf } from './retained-topics.ts';

it.each([
  ['its own id', ['main'], house, 'main'],
  ['the entry that it was found for', ['all'], { ...house, configId: 'all' }, 'all'],
  ['the meter in front of it', ['main'], { ...house, id: 'main_gas', via: house }, 'main'],
  ['its line', [], house, 'line'],
])('a meter is there for %s', (_, configured, meter, owner) => {
  expect(ownerOf(meter, new Set(configured), 'line')).toBe(owner);
});
