import { BridgeError } from '@meterbridge/core/errors';
import { captureJson } from './decode/capture.ts';
import { HmDecoder } from './decode/hm-json.ts';
import { errorJson, type Json } from './decode/json.ts';
import { modbusJson, responseJson } from './decode/modbus-json.ts';

export { lineOf } from './decode/json.ts';

export interface DecodeOptions {
  readonly protocol: 'modbus' | 'protobuf';
  /** 16 bytes of an encrypted session. */
  readonly encRand?: Uint8Array | undefined;
  /** PDU that a Modbus answer belongs to. */
  readonly request?: Uint8Array | undefined;
}

/** The first byte of a capture with what is known of it besides its bytes, as JSON. */
const BRACE = 0x7b;

/** What there is in a file, an object for each thing found. */
export async function decodeFile(
  bytes: Uint8Array,
  { protocol, encRand, request }: DecodeOptions,
): Promise<readonly Json[]> {
  if (bytes.length === 0) return [errorJson(new BridgeError('frame/truncated', 'the capture is empty'))];
  if (bytes[0] === BRACE) return [await captureJson(new TextDecoder().decode(bytes), encRand ?? null)];
  if (protocol === 'modbus') return [request ? responseJson(request, bytes) : modbusJson(bytes)];
  const decoder = new HmDecoder(encRand ?? null);
  return [...decoder.push(bytes), ...decoder.end()];
}
