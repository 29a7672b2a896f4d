import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly hint?: string;
}

const MAX_URL = 2_048;

/** Why a request is not answered, before anybody looks at what it asks; or null. */
export function refusalOf(request: IncomingMessage, hosts: ReadonlySet<string>): Refusal | null {
  const { method, url = '', headers } = request;
  if (!isKnownHost(headers.host, hosts))
    return {
      status: 421,
      error: 'this host name is not ours',
      hint: 'Add it to http.hosts in the configuration, or use the IP address.',
    };
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return { status: 413, error: 'no request body is taken' };
  if (url.length > MAX_URL) return { status: 414, error: `longer than ${MAX_URL} characters` };
  return method === 'GET' || method === 'HEAD' ? null : { status: 405, error: 'only GET and HEAD' };
}

/** Names by which this server may be called, besides addresses and loopback names. */
export function ownNames(host: string, others: readonly string[]): ReadonlySet<string> {
  const machine = hostname().toLowerCase();
  const names = [host, ...others].map((name) => name.toLowerCase().replace(/\.$/, ''));
  return new Set([...names, machine, `${machine}.local`]);
}

/**
 * A page elsewhere can make a browser ask us by pointing a name of its own at our address; it cannot do so with an
 * address or with one of our own names.
 */
function isKnownHost(header: string | undefined, hosts: ReadonlySet<string>): boolean {
  const [, address, name = address] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]@/\s]+))(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  if (name === undefined) return false;
  const host = name.toLowerCase().replace(/\.$/, '');
  return isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost') || hosts.has(host);
}
