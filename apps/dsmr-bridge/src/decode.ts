import { type ErrorCode, errorCodes } from '@meterbridge/core/errors';
import { decodeTelegram } from './protocol/telegram.ts';
import { meterClock } from './protocol/timestamp.ts';
import { telegramJson } from './telegram-json.ts';
import { type Found, type TelegramOptions, TelegramSplitter } from './telegrams.ts';

export interface DecodeOptions extends TelegramOptions {
  /** IANA zone of the meter. */
  readonly timezone: string;
}

/** The words of the `decode` command for what can be wrong with a telegram; scripts rely on them. */
const ERROR_WORDS: Partial<Record<ErrorCode, string>> = {
  'frame/checksum': 'crc_mismatch',
  'frame/checksum-missing': 'crc_missing',
  'frame/truncated': 'truncated',
  'frame/overlong': 'overflow',
  'frame/encrypted': 'key_missing',
  'frame/decryption': 'decrypt_failed',
  'frame/authentication': 'decrypt_failed',
};
/** What is wrong with these is not seen in the bytes. */
const WITH_HINT: ReadonlySet<ErrorCode> = new Set([
  'frame/encrypted',
  'frame/decryption',
  'frame/authentication',
]);

/** One JSON object per telegram in a stream, in the order found: the telegram, or why there is none. */
export async function* decodeStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<{ readonly json: string; readonly failed: boolean }> {
  const splitter = new TelegramSplitter(options);
  const clock = meterClock(options.timezone);
  const decode = (found: Found) =>
    found.error === null
      ? { json: telegramJson(decodeTelegram(found.frame, clock), found.seal), failed: false }
      : { json: lossJson(found.error, found.bytes), failed: true };
  for await (const chunk of chunks) yield* splitter.push(chunk).map(decode);
  yield* splitter.end().map(decode);
}

function lossJson(code: ErrorCode, bytes: Uint8Array): string {
  const loss = { error: ERROR_WORDS[code] ?? code, bytes: bytes.length };
  return JSON.stringify(WITH_HINT.has(code) ? { ...loss, code, hint: errorCodes[code].hint } : loss);
}
