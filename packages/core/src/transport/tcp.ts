import { connect, isIPv6 } from 'node:net';
import { BridgeError } from '../errors/index.ts';
import type { TcpAddress } from '../model/index.ts';
import { type Limits, settle } from '../time/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { streamLink } from './stream-link.ts';

/** A peer that vanished without a word (power cut, NAT) is noticed after about half a minute of silence. */
export const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 } as const;

/**
 * Connects; the name is looked up anew each time. The limits are for connecting only.
 * @throws BridgeError link/refused, link/not-found, link/timeout, link/failed
 */
export function openTcp(address: TcpAddress, limits: Limits): Promise<Link> {
  const name = formatTcp(address);
  return settle<Link>(
    limits,
    () => {
      const facts = { timeoutMs: limits.timeoutMs };
      throw new BridgeError('link/timeout', `cannot connect to ${name}: no answer`, { facts });
    },
    (resolve, reject) => {
      const socket = connect({ host: address.host, port: address.tcpPort, ...SOCKET_OPTIONS });
      socket.once('connect', () => resolve(streamLink(name, socket)));
      socket.once('error', (error) => reject(linkError(`cannot connect to ${name}`, error)));
      return () => socket.destroy();
    },
  );
}

/** `tcp://10.0.0.5:2001`, `tcp://[::1]:2001` */
export function formatTcp({ host, tcpPort }: TcpAddress): string {
  return `tcp://${isIPv6(host) ? `[${host}]` : host}:${tcpPort}`;
}
