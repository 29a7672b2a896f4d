import { CRC16, crc16, uncrc16 } from '../codec/index.ts';
import { ENVELOPE, envelopeLength, nextEnvelope } from './envelope.ts';
import { ENVELOPE_HEAD, giveWay, isEnvelope, type JudgeEnvelope, scanEnvelope } from './envelope-scan.ts';
import {
  CR,
  END,
  type EndLine,
  endLine,
  holdsObject,
  isStart,
  isWholeWithoutEnd,
  LF,
  lastHeader,
  nextBang,
  nextStart,
  START_LENGTH,
} from './p1-lines.ts';
import type { Scan, ScanFrame, StreamState } from './scan.ts';

/** `if-present`: a CRC must be right if there is one. `require`: there must be one. `off`: it is not looked at. */
export type CrcPolicy = 'if-present' | 'require' | 'off';

/**
 * Finds telegrams in a stream. `/` and `!` also occur in values, telegrams are cut short and joined: so each `/`
 * before an end line is a candidate, and the CRC decides; without one, what looks like a header line does.
 * Envelopes with an encrypted telegram are found by their length; a lost byte makes it swallow what follows, so that
 * only one that can be opened is believed. Meters are switched from one to the other without notice.
 */
export function p1Scanner(
  policy: CrcPolicy,
  judgeEnvelope: JudgeEnvelope = () => 'frame/encrypted',
): ScanFrame {
  return (bytes, resume, state) => {
    if (bytes[0] === ENVELOPE && envelopeLength(bytes, 0) !== 0)
      return scanEnvelope(bytes, state, judgeEnvelope);
    const start = nextStart(bytes, 0);
    if (start === 0 && bytes.length < START_LENGTH && state === 'open')
      return { kind: 'more', resume: 0, need: START_LENGTH };
    return start === 0 ? scanTelegram(bytes, resume, state, policy) : skipNoise(bytes, start, state);
  };
}

function scanTelegram(bytes: Uint8Array, resume: number, state: StreamState, policy: CrcPolicy): Scan {
  const looked = Math.max(resume, 1);
  for (let at = nextBang(bytes, looked); at >= 0; at = nextBang(bytes, at + 1)) {
    const end = endLine(bytes, at, state);
    if (!end) continue;
    // Nearly always: then nothing else needs to be looked for.
    if (end !== 'incomplete' && isVouched(bytes, end, policy)) return { kind: 'frame', length: end.next };
    const envelope = nextEnvelope(bytes, looked, at);
    if (isEnvelope(bytes, envelope)) return giveWay(bytes, envelope);
    if (envelope >= 0 && state === 'open')
      return { kind: 'more', resume: envelope, need: envelope + ENVELOPE_HEAD };
    if (end !== 'incomplete') return judge(bytes, end, policy);
    return state === 'full'
      ? giveUp(bytes, envelope < 0 ? at : envelope)
      : { kind: 'more', resume: at, until: LF };
  }
  const envelope = nextEnvelope(bytes, looked, bytes.length);
  if (isEnvelope(bytes, envelope)) return giveWay(bytes, envelope);
  // What may turn out to be an envelope is looked at again.
  const next = envelope < 0 ? bytes.length : envelope;
  if (state === 'full') return giveUp(bytes, next);
  if (state === 'ended') return endAll(bytes, policy);
  return { kind: 'more', resume: next, until: END };
}

function skipNoise(bytes: Uint8Array, start: number, state: StreamState): Scan {
  const to = start < 0 || (state === 'ended' && !isStart(bytes, start)) ? bytes.length : start;
  const envelope = nextEnvelope(bytes, 1, to);
  return { kind: 'skip', count: envelope < 0 ? to : envelope };
}

/** Is the CRC of the telegram that begins here right? */
function isVouched(bytes: Uint8Array, end: EndLine, policy: CrcPolicy): boolean {
  return end.digits > 0 && policy !== 'off' && crc16(bytes, CRC16.arc, 0, end.at + 1) === end.crc;
}

/** An end line is there: which candidate does it end? */
function judge(bytes: Uint8Array, end: EndLine, policy: CrcPolicy): Scan {
  const withCrc = end.digits > 0 && policy !== 'off';
  if (end.digits === 0 && policy === 'require')
    return lose(bytes, end.next, 'frame/checksum-missing', end.next);
  const start = withCrc ? startByCrc(bytes, end) : Math.max(0, lastHeader(bytes, 0, end.at));
  if (start < 0) return lose(bytes, end.next, 'frame/checksum', end.next);
  if (start === 0) return { kind: 'frame', length: end.next };
  return cutShort(bytes, start, policy, end.at);
}

/** The size limit is reached. A telegram has one header line: only behind the last of them one can still be whole. */
function giveUp(bytes: Uint8Array, resume: number): Scan {
  const header = lastHeader(bytes, 1, bytes.length);
  const start = header < 0 ? nextStart(bytes, Math.max(1, bytes.length - 4)) : header;
  return lose(bytes, start < 0 ? bytes.length : start, 'frame/overlong', resume);
}

/** Nothing follows any more, and there is no end line. */
function endAll(bytes: Uint8Array, policy: CrcPolicy): Scan {
  let next = nextStart(bytes, 1);
  while (next > 0 && bytes[next - 1] !== LF) next = nextStart(bytes, next + 1);
  return cutShort(bytes, next < 0 ? bytes.length : next, policy, bytes.length);
}

/** The bytes before `length` have no end line of their own: a meter that sends none, or a telegram cut short. */
function cutShort(bytes: Uint8Array, length: number, policy: CrcPolicy, resume: number): Scan {
  if (policy !== 'require' && isWholeWithoutEnd(bytes, length)) return { kind: 'frame', length };
  return lose(bytes, length, 'frame/truncated', resume);
}

type Loss = 'frame/checksum' | 'frame/checksum-missing' | 'frame/truncated' | 'frame/overlong';

/** A start that no object follows is noise; anything more was a telegram, and its loss is told. */
function lose(bytes: Uint8Array, count: number, error: Loss, resume: number): Scan {
  return holdsObject(bytes, count) ? { kind: 'skip', count, resume, error } : { kind: 'skip', count, resume };
}

/** Where the telegram begins whose CRC is right: the last at a line start, else the last of all, else -1. */
function startByCrc(bytes: Uint8Array, end: EndLine): number {
  const start = startBackwards(bytes, end, false);
  return start < 0 ? startBackwards(bytes, end, true) : start;
}

/**
 * Unwinds the CRC from the end: where its register is back at the initial value, a telegram may begin.
 * One pass finds every candidate, so a storm of false starts costs no more than a telegram does.
 * @param restoreCr counts a CR before each bare LF: gateways and terminal drivers take them out
 */
function startBackwards(bytes: Uint8Array, end: EndLine, restoreCr: boolean): number {
  let register = end.crc;
  let midLine = -1;
  for (let at = end.at; at >= 0; at--) {
    const byte = bytes[at]!;
    register = uncrc16(register, byte, CRC16.arc);
    if (restoreCr && byte === LF && bytes[at - 1] !== CR) register = uncrc16(register, CR, CRC16.arc);
    if (register !== CRC16.arc.init || !isStart(bytes, at)) continue;
    if (at === 0 || bytes[at - 1] === LF) return at;
    if (midLine < 0) midLine = at;
  }
  return midLine;
}
