import { BridgeError } from '@meterbridge/core/errors';
import type { InternalBroker } from './sections.ts';

/** What its settings are called, for hints. */
const NAMES = { section: 'internal_broker', address: 'internal_broker.host and internal_broker.port' };

/** How to connect to the internal broker, in the form in which core wants it, but for the client id. */
export function internalConnection({ host, port, username, password, keepalive }: InternalBroker) {
  return {
    names: NAMES,
    host,
    tcpPort: port,
    tls: null,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    keepaliveS: Math.ceil(keepalive / 1000),
    will: null,
    birth: [],
  };
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
const USUAL_PORT: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** One broker for both sides would work, but everybody would see what the meters send. */
export function brokerWarnings(
  internal: Pick<InternalBroker, 'host' | 'port'>,
  { url }: { readonly url: string },
): readonly BridgeError[] {
  const { hostname, port, protocol } = new URL(url);
  const centralPort = port === '' ? USUAL_PORT[protocol] : Number(port);
  const isSameHost = hostname === internal.host || (LOOPBACK.has(hostname) && LOOPBACK.has(internal.host));
  if (!isSameHost || centralPort !== internal.port) return [];
  const hint = 'Give the meters a broker of their own, and name it in internal_broker.';
  return [new BridgeError('config/invalid', 'internal and central broker are the same', { hint })];
}
