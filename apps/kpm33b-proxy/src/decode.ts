import {
  type DropReason,
  discoveryMessages,
  MessageConverter,
  type ProxySettings,
} from '@meterbridge/kpm33b';
import { readText } from './text.ts';

/** A message as `decode` prints it: parsed, null for an empty payload. */
interface Shown {
  readonly topic: string;
  readonly payload: unknown;
}

/** What the proxy would do with a message; the words of the conformance schema. */
interface Decoded {
  readonly outputs: readonly Shown[];
  readonly discovery: readonly Shown[];
  readonly dropped: DropReason | null;
}

/** What JSON leaves as it is, and ends a line for many programs. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** Does what the proxy does with messages, without any broker: what it knows is kept from one message to the next. */
export class MessageDecoder {
  readonly #settings: ProxySettings;
  readonly #converter: MessageConverter;
  readonly #announced = new Set<string>();

  constructor(settings: ProxySettings) {
    this.#settings = settings;
    this.#converter = new MessageConverter(settings, readText);
  }

  /** @param line `{"topic":…,"payload":…}`, or `payload_base64` for bytes that are no text */
  decodeLine(line: Uint8Array): { readonly json: string; readonly failed: boolean } {
    const message = parseLine(line);
    if (typeof message === 'string') return { json: JSON.stringify({ error: message }), failed: true };
    return { json: inOneLine(this.#decode(message.topic, message.payload)), failed: false };
  }

  #decode(topic: string, payload: Uint8Array): Decoded {
    const result = this.#converter.convert(topic, payload);
    if (!result || result.dropped !== null)
      return { outputs: [], discovery: [], dropped: result?.dropped ?? null };
    const isKnown = this.#announced.has(result.id);
    this.#announced.add(result.id);
    const discovery = isKnown ? [] : discoveryMessages(this.#settings, result.id).map(shown);
    return { outputs: [shown(result)], discovery, dropped: null };
  }
}

/** Nothing but blanks. */
export function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

/** The message in a line, or what is wrong with the line. */
function parseLine(line: Uint8Array): { readonly topic: string; readonly payload: Uint8Array } | string {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null) return 'not a JSON object';
  const { topic, payload, payload_base64: base64 } = value;
  if (typeof topic !== 'string') return 'topic is missing, or no text';
  if (typeof payload === 'string') return { topic, payload: Buffer.from(payload) };
  if (typeof base64 === 'string') return { topic, payload: Buffer.from(base64, 'base64') };
  return 'neither payload nor payload_base64 is there as text';
}

function parseJson(line: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(readText(line) ?? '');
  } catch {
    return null;
  }
}

function inOneLine(value: Decoded): string {
  const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(LINE_ENDS, escaped);
}

function shown({ topic, payload }: { readonly topic: string; readonly payload: string }): Shown {
  return { topic, payload: payload === '' ? null : JSON.parse(payload) };
}
