import { randomBytes } from 'node:crypto';

/** An operation id: a meter answers only to 32 characters. */
export function newOprid(): string {
  return randomBytes(16).toString('hex');
}
