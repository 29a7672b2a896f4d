import type { BridgeError, ErrorCode } from '@meterbridge/core/errors';

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
