import { createInterface } from 'node:readline';
import { BridgeError } from '@meterbridge/core/errors';

/**
 * Asks on standard error before something is written to a meter, and takes the answer from standard input.
 * @param isSure not asked then
 * @throws BridgeError usage/invalid if nobody is there to answer
 */
export async function isConfirmed(what: string, isSure: boolean): Promise<boolean> {
  if (isSure) return true;
  process.stderr.write(`${what} Go on? [y/N] `);
  using input = createInterface({ input: process.stdin });
  const answer = await input[Symbol.asyncIterator]().next();
  if (answer.done)
    throw new BridgeError('usage/invalid', `nobody answered: ${what}`, {
      hint: 'Add --yes to do it without being asked.',
    });
  if (/^y(es)?$/i.test(answer.value.trim())) return true;
  process.stderr.write('Nothing was changed.\n');
  process.exitCode = 1;
  return false;
}
