import type { ErrorCode } from '../errors/index.ts';
import { envelopeLength, nextEnvelope } from './envelope.ts';
import { isHeaderLine } from './p1-lines.ts';
import type { Scan, StreamState } from './scan.ts';

// Envelopes in a stream of telegrams.

/** What is wrong with an envelope, or null if it holds a telegram. */
export type JudgeEnvelope = (envelope: Uint8Array) => ErrorCode | null;

/** More than an envelope has before it can be told from other bytes. */
export const ENVELOPE_HEAD = 16;

/** Not only the beginning of something that may turn out to be one. */
export function isEnvelope(bytes: Uint8Array, at: number): boolean {
  return at >= 0 && envelopeLength(bytes, at) > 0;
}

export function scanEnvelope(bytes: Uint8Array, state: StreamState, judgeEnvelope: JudgeEnvelope): Scan {
  const length = envelopeLength(bytes, 0);
  if (length > 0 && length <= bytes.length) {
    const error = judgeEnvelope(bytes.subarray(0, length));
    return error === null ? { kind: 'frame', length } : abandon(bytes, length, error);
  }
  if (state === 'open') return { kind: 'more', resume: 0, need: Math.max(length, ENVELOPE_HEAD) };
  if (length < 0) return { kind: 'skip', count: 1 };
  return abandon(bytes, bytes.length, state === 'full' ? 'frame/overlong' : 'frame/truncated');
}

/** What came before an envelope has no end of its own any more: noise, unless it begins as a telegram does. */
export function giveWay(bytes: Uint8Array, envelope: number): Scan {
  const skip: Scan = { kind: 'skip', count: envelope, resume: envelope };
  return isHeaderLine(bytes, 0, envelope) ? { ...skip, error: 'frame/truncated' } : skip;
}

/** The envelope in `bytes[0, end)` is not believed: one that is, or a telegram, may begin inside of it. */
function abandon(bytes: Uint8Array, end: number, error: ErrorCode): Scan {
  const envelope = nextEnvelope(bytes.subarray(0, end), 1, end);
  const to = envelope < 0 ? end : envelope;
  let start = 1;
  while (start < to && !isHeaderLine(bytes, start, to)) start++;
  return { kind: 'skip', count: start, error };
}
