import { expect, it } from 'vitest';
import { entityName } from './name.ts';

it.each([
  ['Energy', 'House', 'Energy'],
  ['Gas volume', 'Gas', 'Volume'],
  ['gas – volume', 'Gas', 'Volume'],
  ['Gas gas volume', 'Gas', 'Volume'],
  ['Gasoline', 'Gas', 'Gasoline'],
  ['Gas 2', 'Gas', '2'],
  ['Gas', 'Gas', null],
  ['Energy', '', 'Energy'],
  ['Ga', 'Gas', 'Ga'],
])('calls %j of the device %j %j', (name, device, expected) => {
  expect(entityName(name, device)).toBe(expected);
});
