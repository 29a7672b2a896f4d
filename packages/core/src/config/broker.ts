import * as z from 'zod';
import { definePiece, MASK } from './pieces.ts';

const BROKER = 'must be like mqtt://192.168.1.10:1883, or mqtts://… for TLS';
const CREDENTIALS = 'user name and password may stand in keys of their own';
const DEFAULT_PORT: Readonly<Record<string, string>> = { 'mqtt:': '1883', 'mqtts:': '8883' };

/** `mqtt://host[:port]` or `mqtts://…`, also with `user:password@`; the port is filled in. */
export const mqttUrl = definePiece(
  z.codec(z.string({ error: BROKER }), z.string(), {
    decode: (text, context) => {
      const url = parseBroker(text);
      if (typeof url !== 'string') return fillPort(url);
      context.issues.push({ code: 'custom', input: text, message: `${url}; ${BROKER}` });
      return z.NEVER;
    },
    encode: (text) => text,
  }),
  { label: 'URL', redact: redactUrl },
);

export interface Broker {
  /** Without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Takes the credentials out of a broker's URL, so that the URL can be logged. */
export function splitCredentials(text: string): Broker {
  const url = new URL(text);
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = '';
  url.password = '';
  return { url: url.href, ...(username && { username }), ...(password && { password }) };
}

function redactUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = MASK;
  return url.href;
}

/** The URL, or what is wrong with the text. The text may hold a password: it is never repeated. */
function parseBroker(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null) return text.includes('@') ? `cannot be read (${CREDENTIALS})` : 'is no URL';
  if (!Object.hasOwn(DEFAULT_PORT, url.protocol)) return 'does not name MQTT';
  // Beyond ASCII a name comes out percent-encoded, which no resolver knows.
  if (url.hostname === '' || url.hostname.includes('%')) return 'names no valid host';
  if (url.port === '0') return 'names port 0';
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return `holds something behind the host (${CREDENTIALS})`;
  }
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    return `holds a % that is not followed by two hex digits (${CREDENTIALS})`;
  }
  return url;
}

function fillPort(url: URL): string {
  url.port ||= DEFAULT_PORT[url.protocol] ?? '';
  url.pathname = '';
  return url.href;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
