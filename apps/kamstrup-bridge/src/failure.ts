import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import { registerEntry } from './protocol/registers.ts';

const SILENT: ReadonlySet<ErrorCode> = new Set([
  'meter/no-answer',
  'meter/echo-only',
  'meter/unintelligible',
]);
const DAMAGED: ReadonlySet<ErrorCode> = new Set(['frame/checksum', 'frame/truncated', 'frame/malformed']);

/** The meter said nothing at all; what was heard is noise, or our own. */
export function isSilence({ code }: BridgeError): boolean {
  return SILENT.has(code);
}

/** An answer came, but not as it was sent: a shorter one may come through. */
export function isDamage({ code }: BridgeError): boolean {
  return DAMAGED.has(code);
}

/** The meter failed, or its light; not the link to it. */
export function isOfTheMeter({ code }: BridgeError): boolean {
  return code.startsWith('meter/') || code.startsWith('frame/');
}

/** Registers that could not be read this time. */
export function lost(error: BridgeError, ids: readonly number[]): BridgeError {
  const detail = `${namesOf(ids)} not read: ${error.message}`;
  return new BridgeError(error.code, detail, { facts: { registers: ids }, cause: error });
}

/** Registers that the meter does not have. */
export function missing(ids: readonly number[]): BridgeError {
  const detail = `the meter does not have ${namesOf(ids)}`;
  return new BridgeError('meter/register-missing', detail, { facts: { registers: ids } });
}

function namesOf(ids: readonly number[]): string {
  return ids.map((id) => registerEntry(id).name).join(', ');
}
