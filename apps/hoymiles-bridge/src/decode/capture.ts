import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import * as z from 'zod';
import { frameKey } from '../encryption.ts';
import { answerData } from '../protocol/pdu.ts';
import { limitRequest, powerRequest } from '../protocol/write.ts';
import { exchangeJson, frameJson } from './exchange-json.ts';
import { HmDecoder } from './hm-json.ts';
import { attempt, type Json } from './json.ts';
import { aduJson, rtuJson } from './modbus-json.ts';
import { plantJson } from './plant-json.ts';
import { blockJson, PDU_WORDS, responseJson, wideBlockJson } from './response-json.ts';

const hex = z.string().transform((text) => bytesOf(text));
/** Images of registers by their first address. */
const memory = z.record(
  z.string().refine((key) => Number.isInteger(Number(key)), 'is no address'),
  hex,
);
const target = z.union([z.literal('all'), z.number()]);
const encRand = z.object({ enc_rand: hex.optional() }).optional();

/** A capture with what is known of it besides its bytes, as JSON. */
const capture = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('block'), hex }),
  z.object({ kind: z.literal('block25'), hex }),
  z.object({ kind: z.literal('response'), request_pdu: hex, response_pdu: hex }),
  z.object({
    kind: z.literal('adu'),
    request: hex,
    segments: z.array(hex),
    /** In words; the peer stays connected if they do not say that it closes. */
    notes: z.string().default(''),
  }),
  z.object({ kind: z.literal('rtu'), request: hex, response: hex }),
  z.object({
    kind: z.literal('write'),
    call: z.discriminatedUnion('op', [
      z.object({ op: z.literal('limit'), target, percent: z.number() }),
      z.object({ op: z.literal('power'), target, on: z.boolean() }),
    ]),
    response_pdu: hex.nullable(),
  }),
  z.object({
    kind: z.literal('plant'),
    addressing: z.enum(['byte', 'word']).default('byte'),
    memory: memory.optional(),
    memory_words: memory.optional(),
  }),
  z.object({ kind: z.enum(['frame', 'request', 'encrypted']), hex, session: encRand }),
  z.object({ kind: z.literal('stream'), segments: z.array(hex), session: encRand }),
  z.object({ kind: z.literal('exchange'), frames: z.array(z.object({ hex })), session: encRand }),
  z.object({
    kind: z.literal('crypto'),
    vectors: z.array(z.object({ enc_rand: hex, command: hex, seq: z.number() })),
  }),
]);
type Capture = z.output<typeof capture>;

/** @throws BridgeError frame/malformed if the text is no capture */
export async function captureJson(text: string, given: Uint8Array | null): Promise<Json> {
  const json = parse(text);
  const parsed = capture.safeParse(json);
  if (!parsed.success) {
    const reason = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw notOne(`this is no capture: ${reason}`);
  }
  const { name } = Object(json);
  return { ...(typeof name === 'string' && { name }), ...(await described(parsed.data, given)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw notOne(`this is no JSON: ${toBridgeError(thrown).message}`);
  }
}

function notOne(detail: string): BridgeError {
  const hint =
    'A capture is an object with its kind and its bytes as hexadecimal text; see Decode in the README.';
  return new BridgeError('frame/malformed', detail, { hint });
}

async function described(one: Capture, given: Uint8Array | null): Promise<Json> {
  switch (one.kind) {
    case 'block':
      return blockJson(one.hex);
    case 'block25':
      return wideBlockJson(one.hex);
    case 'response':
      return responseJson(one.request_pdu, one.response_pdu);
    case 'adu':
      return aduJson(one.request, one.segments, !/\bclose/i.test(one.notes));
    case 'rtu':
      return rtuJson(one.request, one.response);
    case 'write':
      return writeJson(one.call, one.response_pdu);
    case 'plant':
      return await plantJson(one.memory ?? one.memory_words ?? {}, one.addressing);
    case 'stream':
      return streamJson(one.segments, one.session?.enc_rand ?? given);
    case 'exchange':
      return exchangeJson(
        one.frames.map((frame) => frame.hex),
        one.session?.enc_rand ?? given,
      );
    case 'crypto':
      return { vectors: one.vectors.map(vectorJson) };
    default:
      return frameJson(one.hex, one.session?.enc_rand ?? given);
  }
}

function streamJson(segments: readonly Uint8Array[], encRand: Uint8Array | null): Json {
  const decoder = new HmDecoder(encRand);
  const found = segments.flatMap((segment) => decoder.push(segment));
  return {
    frames: found.filter(({ ok }) => ok),
    errors: found.flatMap(({ error }) => error ?? []),
    pending_bytes: decoder.pending,
  };
}

function writeJson(call: Extract<Capture, { kind: 'write' }>['call'], answer: Uint8Array | null): Json {
  return attempt(() => {
    const request =
      call.op === 'limit' ? limitRequest(call.target, call.percent) : powerRequest(call.target, call.on);
    if (answer) answerData(request, answer);
    return { request_pdu: hexOf(request) };
  }, PDU_WORDS);
}

function vectorJson(vector: { enc_rand: Uint8Array; command: Uint8Array; seq: number }): Json {
  const command = (vector.command[0]! << 8) | vector.command[1]!;
  const { key, nonce, aad } = frameKey(vector.enc_rand, command, vector.seq);
  return { key: hexOf(key), nonce: hexOf(nonce), aad: hexOf(aad) };
}
