import { expect, it } from 'vitest';
import { bytesOf } from './bytes.ts';
import { sum8 } from './checksum.ts';

it.each([
  // The short frames of EN 13757-2: SND_NKE and REQ_UD2 to address 1.
  ['40 01', 0x41],
  ['5B 01', 0x5c],
  ['', 0],
  ['FF 01', 0],
  ['FF FF FF', 0xfd],
])('the sum of %s is %i', (hex, sum) => {
  expect(sum8(bytesOf(hex))).toBe(sum);
});

it('the sum of a range leaves out what is around it', () => {
  expect(sum8(bytesOf('01 02 04 08'), 1, 3)).toBe(6);
});
