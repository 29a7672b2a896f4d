import { Decimal } from '@meterbridge/core/codec';
import { type BridgeError, type ErrorCode, toBridgeError } from '@meterbridge/core/errors';

export type Json = Readonly<Record<string, unknown>>;

/** The words of the `decode` command for what can be wrong; scripts rely on them. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  'frame/foreign': 'bad_magic',
  'frame/length': 'bad_length',
  'frame/checksum': 'bad_crc',
  'frame/truncated': 'truncated',
  'frame/malformed': 'bad_payload',
  'frame/authentication': 'auth_failed',
  'frame/unexpected': 'unexpected_response',
  'meter/refused': 'modbus_exception',
  'meter/not-ready': 'not_ready',
  'meter/no-answer': 'timeout',
  'control/out-of-range': 'out_of_range',
};

/** @param words where a layer has other words for the same codes */
export function errorJson(error: BridgeError, words: typeof WORDS = {}): Json {
  const { exception } = error.facts;
  return {
    ok: false,
    error: words[error.code] ?? WORDS[error.code] ?? error.code,
    ...(exception !== undefined && { code: exception }),
    detail: error.message,
  };
}

/** What `make` makes, or why it could not. */
export function attempt(make: () => Json, words: typeof WORDS = {}): Json {
  try {
    return { ok: true, ...make() };
  } catch (thrown) {
    return errorJson(toBridgeError(thrown), words);
  }
}

/** Text of one line; numbers keep the digits of the device. */
export function lineOf(json: Json): string {
  return JSON.stringify(json, (_, value) =>
    value instanceof Decimal ? JSON.rawJSON(value.toString()) : value,
  );
}

export function hex4(number: number): string {
  return number.toString(16).padStart(4, '0');
}

export function fromEntries(values: ReadonlyMap<string, Decimal>): Json {
  return Object.fromEntries(values);
}
