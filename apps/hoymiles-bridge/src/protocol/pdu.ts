import { BridgeError } from '@meterbridge/core/errors';
import { BLOCK_MAPS } from './block-map.ts';

export const DTU_SERIAL = 0x2000;
const FIRST_PORTS: ReadonlySet<number> = new Set(Object.values(BLOCK_MAPS).map(({ first }) => first));
/** Of an answer with an exception. */
const EXCEPTION = 0x80;

/** Modbus Application Protocol V1.1b3, section 7. DTUs are only documented to send the first. */
const EXCEPTIONS: readonly string[] = [
  'no exception',
  'illegal function',
  'illegal data address',
  'illegal data value',
  'server device failure',
  'acknowledge',
  'server device busy',
];

/** @param quantity registers of 16 bits, although the address counts bytes */
export function readRequest(address: number, quantity: number, code = 0x03): Uint8Array {
  return Uint8Array.of(code, address >>> 8, address & 0xff, quantity >>> 8, quantity & 0xff);
}

/** Function 5 with the plain number, where the standard has 0xFF00 or 0. */
export function writeRequest(address: number, value: number): Uint8Array {
  return readRequest(address, value, 0x05);
}

/** Bytes of PDU that answer a request. */
export function answerLength(request: Uint8Array): number {
  return request[0]! <= 0x04 ? 2 + 2 * quantityOf(request) : request.length;
}

/**
 * The data of an answer. Its byte count is not looked at: real devices send wrong ones.
 * @throws BridgeError meter/refused (facts.exception), meter/not-ready, frame/unexpected, frame/truncated
 */
export function answerData(request: Uint8Array, answer: Uint8Array): Uint8Array {
  const code = request[0]!;
  if (answer.length === 0) throw new BridgeError('frame/truncated', 'an answer is empty');
  if (answer[0] === (code | EXCEPTION)) throw refusal(answer);
  if (answer[0] !== code)
    throw new BridgeError('frame/unexpected', `function ${answer[0]} answers function ${code}`);
  if (code > 0x04) return echoed(request, answer);
  const data = answer.subarray(headerBytes(answer));
  if (answer.length < 2)
    throw new BridgeError('frame/truncated', 'an answer has nothing but its function code');
  if (data.length === 0 && code === 0x03 && FIRST_PORTS.has(addressOf(request)))
    throw new BridgeError('meter/not-ready', 'the DTU has not found its inverters yet');
  const wanted = 2 * quantityOf(request);
  if (data.length < wanted)
    throw new BridgeError('frame/truncated', `${wanted} bytes were asked for, ${data.length} arrived`);
  return data;
}

/** Registers of 16 bits: also functions 1 and 2 answer so, unlike the standard. */
export function valuesOf(data: Uint8Array): readonly number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: data.length >>> 1 }, (_, at) => view.getUint16(2 * at));
}

export function addressOf(request: Uint8Array): number {
  return (request[1]! << 8) | request[2]!;
}

export function quantityOf(request: Uint8Array): number {
  return (request[3]! << 8) | request[4]!;
}

/**
 * Function code and byte count. Functions 1 and 2 have 16 bits for each item, so that an odd rest begins with the second byte
 * of a count that has two (Modbus implementation using 3Gen DTU-Pro V1.2, RTU).
 */
function headerBytes(answer: Uint8Array): number {
  return answer[0]! <= 0x02 && answer.length % 2 === 1 ? 3 : 2;
}

function refusal(answer: Uint8Array): BridgeError {
  const exception = answer[1];
  if (exception === undefined) return new BridgeError('frame/truncated', 'an exception has no code');
  const text = EXCEPTIONS[exception] ?? 'unknown';
  return new BridgeError('meter/refused', `the DTU refused a request: exception ${exception}, ${text}`, {
    facts: { exception },
  });
}

function echoed(request: Uint8Array, answer: Uint8Array): Uint8Array {
  const isEcho = answer.subarray(0, request.length).every((byte, at) => byte === request[at]);
  if (isEcho && answer.length < request.length)
    throw new BridgeError('frame/truncated', `the answer to a write ends after ${answer.length} bytes`);
  if (!isEcho) throw new BridgeError('frame/unexpected', 'a write is answered with something else');
  return answer.subarray(3);
}
