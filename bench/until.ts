import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.ts';

const LOOK_EVERY_MS = 2;

/** @throws if it does not come true in time, or if the program ends meanwhile */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs: number,
  program?: Program,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isSo())) {
    program?.expectAlive();
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}
