import * as z from 'zod';
import type { Address as Place } from '../model/index.ts';
import { definePiece } from './pieces.ts';

/** Where a meter is reached, as it stands in the configuration: `url` is the normalised text. */
export type Address = Place & { readonly url: string };

const FORMS = 'must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001';
/** Telnet, which is what other programs mean by `socket://host`. */
const SOCKET_PORT = 23;

/** `serial:///dev/ttyUSB0`, `/dev/ttyUSB0`, `tcp://host:port`, `socket://host[:port]` → {@link Address}. */
export const address = definePiece(
  z.codec(z.string({ error: FORMS }), z.custom<Address>(), {
    decode: (text, context) => {
      const found = parseAddress(text);
      if (typeof found !== 'string') return found;
      context.issues.push({ code: 'custom', input: text, message: `${found}; ${FORMS}` });
      return z.NEVER;
    },
    encode: ({ url }) => url,
  }),
  { label: 'address' },
);

/** The address, or what is wrong with the text. */
function parseAddress(text: string): Address | string {
  const path = /^(?:serial:\/\/)?(\/.*)$/is.exec(text)?.[1];
  if (path !== undefined) return parseSerial(path, text);
  const found = /^(tcp|socket):\/\/([^/]*)\/?$/i.exec(text);
  if (found === null) return 'is no address of a meter';
  const [, scheme = '', authority = ''] = found;
  return parseTcp(authority, scheme.toLowerCase() === 'socket' ? SOCKET_PORT : undefined);
}

function parseSerial(path: string, text: string): Address | string {
  if (/[?#\s]/.test(path)) return 'holds more than a device path';
  if (text === path && !path.startsWith('/dev/')) return 'is no device';
  return { kind: 'serial', path, url: `serial://${path}` };
}

function parseTcp(authority: string, defaultPort: number | undefined): Address | string {
  const found = /^(\[[^\]]*\]|[^:[\]]*)(?::([0-9]{1,5}))?$/.exec(authority);
  const [, host = '', port] = found ?? [];
  if (found === null || !isHost(host)) return 'names no valid host';
  const tcpPort = port === undefined ? defaultPort : Number(port);
  if (tcpPort === undefined) return 'names no port';
  if (tcpPort < 1 || tcpPort > 65_535) return 'names a port beyond 1 to 65535';
  return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), tcpPort, url: `tcp://${host}:${tcpPort}` };
}

function isHost(host: string): boolean {
  if (!host.startsWith('[')) return /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?$/i.test(host);
  // A link-local address needs its zone (fe80::1%eth0), which URLs do not know.
  return URL.canParse(`tcp://${host.replace(/%[a-z0-9._-]+\]$/i, ']')}`);
}
