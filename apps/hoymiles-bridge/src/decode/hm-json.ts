import { hexOf } from '@meterbridge/core/codec';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import {
  decodeHm,
  FrameSplitter,
  HM_MAX_LENGTH,
  type HmFrame,
  hmScanner,
  type Piece,
} from '@meterbridge/core/frames';
import { openFrame } from '../encryption.ts';
import { decodePayload, mayBeSealed } from '../protocol/commands.ts';
import { rawMessage } from '../protocol/message.ts';
import { attempt, errorJson, hex4, type Json } from './json.ts';
import { messageJson } from './messages-json.ts';

/** Decodes a stream of HM frames, a JSON object each; keeps what waits for its rest. */
export class HmDecoder {
  readonly #splitter: FrameSplitter;
  readonly #encRand: Uint8Array | null;
  #isLost = false;

  /** @param encRand of an encrypted session */
  constructor(encRand: Uint8Array | null) {
    this.#encRand = encRand;
    this.#splitter = new FrameSplitter(hmScanner(encRand ? mayBeSealed : undefined), 2 * HM_MAX_LENGTH);
  }

  get pending(): number {
    return this.#splitter.pending;
  }

  push(chunk: Uint8Array): readonly Json[] {
    return this.#decode(this.#splitter.push(chunk));
  }

  end(): readonly Json[] {
    return this.#decode(this.#splitter.end());
  }

  #decode(pieces: readonly Piece[]): readonly Json[] {
    return pieces.flatMap(({ error, bytes }) => {
      // What lies between an error and the next "HM" belongs to the error.
      if (error === 'frame/foreign' && this.#isLost) return [];
      this.#isLost = error === 'frame/foreign' || error === 'frame/length';
      if (error) return [errorJson(new BridgeError(error, `${bytes.length} bytes are no frame`))];
      const json = attempt(() => frameJson(bytes, this.#encRand));
      this.#isLost = json.ok === false;
      return [json];
    });
  }
}

/** @throws BridgeError frame/… */
function frameJson(bytes: Uint8Array, encRand: Uint8Array | null): Json {
  const frame = decodeHm(bytes);
  const { command, payload } = frame.tag && encRand ? openFrame(frame, encRand) : frame;
  const message = messageOf(command, payload, encRand);
  const raw = message ? message.raw : rawMessage(payload);
  const unknown = message ? message.unknown : Object.keys(raw).map(Number);
  const decoded = message && messageJson(message);
  return {
    ...headerJson(frame, bytes),
    message: message?.name ?? null,
    raw,
    ...(unknown.length > 0 && { unknown_fields: unknown }),
    ...(decoded && { decoded }),
    payload_hex: hexOf(payload),
  };
}

/** @throws BridgeError frame/malformed */
function messageOf(command: number, payload: Uint8Array, encRand: Uint8Array | null) {
  try {
    return decodePayload(command, payload);
  } catch (thrown) {
    if (encRand || !mayBeSealed(command)) throw thrown;
    const detail = `${toBridgeError(thrown).message}, or it is encrypted: then its key is wanted (--enc-rand)`;
    throw new BridgeError('frame/malformed', detail);
  }
}

function headerJson({ command, sequence, extended, tag }: HmFrame, bytes: Uint8Array): Json {
  return {
    command: hex4(command),
    seq: sequence,
    crc: hexOf(bytes.subarray(6, 8)),
    length: (bytes[8]! << 8) | bytes[9]!,
    ...(extended && {
      extended: {
        fixed: 14,
        serial: extended.serial.toString(16).padStart(12, '0'),
        zero: 0,
        number: extended.number,
      },
    }),
    ...(tag && { wire_bytes: bytes.length, tag: hexOf(tag) }),
  };
}
