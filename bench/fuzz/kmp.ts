import { BridgeError } from '@meterbridge/core/errors';
import { encodeKmp, FrameSplitter, KMP_LIMIT, scanKmp } from '@meterbridge/core/frames';
import { judge } from '../../apps/kamstrup-bridge/src/protocol/answer.ts';
import { registerEntries } from '../../apps/kamstrup-bridge/src/protocol/registers.ts';
import { registerRequest } from '../../apps/kamstrup-bridge/src/protocol/request.ts';
import { SimulatedMeter } from '../../apps/kamstrup-bridge/src/simulator/meter.ts';
import { crcXmodem, wronglyTaken } from './checks.ts';
import { verdicts } from './frames.ts';
import type { Target } from './target.ts';

const START = 0x40;
const STOP = 0x0d;
const ESCAPE = 0x1b;
const REGISTERS = registerEntries.filter(({ isClassic }) => isClassic).map(({ id }) => id);
const request = registerRequest(REGISTERS.slice(0, 8));

/** Answers of a MULTICAL to a request for eight registers. */
export function kmpTarget(): Target {
  const splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  return {
    name: 'KMP',
    isStream: true,
    pool: answers(),
    signs: Uint8Array.of(0x80, START, STOP, ESCAPE, 0x06, 0x3f, 0x10, 0, 0xff, 0x43, 0x7f),
    repaired,
    push: (chunk) => verdicts(splitter.push(chunk), take),
    end: () => verdicts(splitter.end(), take),
  };
}

function answers(): readonly Uint8Array[] {
  const meter = new SimulatedMeter({ model: '403', serial: 84_968_362, sleepAfterMs: null });
  return [0, 8, 16].map(
    (at) => meter.answer(encodeKmp(registerRequest(REGISTERS.slice(at, at + 8))), Date.UTC(2026, 0, 31))!,
  );
}

function take(bytes: Uint8Array): void {
  const verdict = judge(request, bytes);
  if ('objection' in verdict) throw new BridgeError('frame/malformed', verdict.objection);
  const body = unstuffed(bytes.subarray(1, -1));
  if (crcXmodem(body) !== 0) throw wronglyTaken('a KMP frame with a wrong CRC', bytes);
  if (verdict.answer.kind !== 'registers') throw wronglyTaken('another answer than was asked for', bytes);
  for (const { value } of verdict.answer.records) String(value);
}

/** A receiver drops each escape, also one that nothing follows. */
function unstuffed(bytes: Uint8Array): readonly number[] {
  const plain: number[] = [];
  let isEscaped = false;
  for (const byte of bytes) {
    if (isEscaped || byte !== ESCAPE) plain.push(isEscaped ? byte ^ 0xff : byte);
    isEscaped = !isEscaped && byte === ESCAPE;
  }
  return plain;
}

/** The body as it is, with a CRC that fits. */
function repaired(bytes: Uint8Array): Uint8Array {
  const body = unstuffed(bytes.subarray(1, -1)).slice(0, -2);
  const crc = crcXmodem(body);
  const special = new Set([0x80, START, STOP, ESCAPE, 0x06]);
  const stuffed = [...body, crc >>> 8, crc & 0xff].flatMap((byte) =>
    special.has(byte) ? [ESCAPE, byte ^ 0xff] : [byte],
  );
  return Uint8Array.of(START, ...stuffed, STOP);
}
