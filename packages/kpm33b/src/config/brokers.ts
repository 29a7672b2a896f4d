import { BridgeError } from '@meterbridge/core/errors';
import type { InternalBroker } from './sections.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** One broker for both sides would work, but everybody would see what the meters send. */
export function brokerWarnings(
  internal: InternalBroker,
  { url }: { readonly url: string },
): readonly BridgeError[] {
  const { hostname, port } = new URL(url);
  const isSameHost = hostname === internal.host || (LOOPBACK.has(hostname) && LOOPBACK.has(internal.host));
  if (!isSameHost || Number(port) !== internal.port) return [];
  const hint = 'Give the meters a broker of their own, and name it in internal_broker.';
  return [new BridgeError('config/invalid', 'internal and central broker are the same', { hint })];
}
