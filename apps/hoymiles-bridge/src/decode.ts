import { BridgeError } from '@meterbridge/core/errors';
import { captureJson } from './decode/capture.ts';
import { HmDecoder } from './decode/hm-json.ts';
import { errorJson, type Json } from './decode/json.ts';
import { modbusJson } from './decode/modbus-json.ts';
import { responseJson } from './decode/response-json.ts';

export { lineOf } from './decode/json.ts';

export interface DecodeOptions {
  readonly protocol: 'modbus' | 'protobuf';
  /** 16 bytes of an encrypted session. */
  readonly encRand?: Uint8Array | undefined;
  /** PDU that a Modbus answer belongs to. */
  readonly request?: Uint8Array | undefined;
}

/** No text has bytes below. */
const TAB = 0x09;

/** What there is in a file, an object for each thing found. */
export async function decodeFile(
  bytes: Uint8Array,
  { protocol, encRand, request }: DecodeOptions,
): Promise<readonly Json[]> {
  if (bytes.length === 0) return [errorJson(new BridgeError('frame/truncated', 'the capture is empty'))];
  const text = objectIn(bytes);
  if (text !== null) return [await captureJson(text, encRand ?? null)];
  if (protocol === 'modbus') return request ? [responseJson(request, bytes)] : modbusJson(bytes);
  const decoder = new HmDecoder(encRand ?? null);
  return [...decoder.push(bytes), ...decoder.end()];
}

/** The text of an object in JSON. Frames of Modbus may begin with a brace as well, but each has a byte that no text has. */
function objectIn(bytes: Uint8Array): string | null {
  if (bytes.some((byte) => byte < TAB)) return null;
  const text = new TextDecoder().decode(bytes).trimStart();
  return text.startsWith('{') ? text : null;
}
