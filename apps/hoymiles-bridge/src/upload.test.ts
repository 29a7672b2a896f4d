import { expect, it } from 'vitest';
import { untilUploadMs, uploadPauseMs } from './upload.ts';

const at = (clock: string): number => Date.parse(`2024-06-10T${clock}Z`);

it.each([
  ['10:04:49', 0, 1],
  ['10:04:50', 30, 300],
  ['10:05:00', 20, 290],
  ['10:05:20', 0, 270],
  ['10:09:50', 30, 300],
  ['10:07:00', 0, 170],
])('at %s the upload goes on for %i s, and the next begins in %i s', (clock, pause, until) => {
  expect([uploadPauseMs(at(clock)) / 1000, untilUploadMs(at(clock)) / 1000]).toEqual([pause, until]);
});
