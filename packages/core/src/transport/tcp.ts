import { connect } from 'node:net';
import { BridgeError } from '../errors/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { streamLink } from './stream-link.ts';
import { type Limits, within } from './wait.ts';

export interface TcpAddress {
  /** Name or address; IPv6 without brackets. */
  readonly host: string;
  readonly tcpPort: number;
}

/** Requests are small and wait for answers; a peer that vanished without a word is noticed. */
export const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 } as const;

/** `tcp://host:port` */
export function formatTcp({ host, tcpPort }: TcpAddress): string {
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${tcpPort}`;
}

/**
 * Connects to a serial server or a meter in the network; a name is looked up each time. The limits are for connecting only.
 * @throws BridgeError link/refused, link/not-found, link/timeout, link/failed
 */
export function openTcp(address: TcpAddress, limits: Limits): Promise<Link> {
  const name = formatTcp(address);
  return within<Link>(
    limits,
    () => {
      const facts = { timeoutMs: limits.timeoutMs };
      throw new BridgeError('link/timeout', `cannot connect to ${name}: no answer`, { facts });
    },
    (resolve, reject) => {
      const socket = connect({ host: address.host, port: address.tcpPort, ...SOCKET_OPTIONS });
      const failed = (error: Error): void => reject(linkError(`cannot connect to ${name}`, error));
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.off('error', failed);
        resolve(streamLink(name, socket));
      });
      return () => {
        // What goes wrong with a connection that nobody waits for any more is of no interest.
        socket.on('error', () => undefined).destroy();
      };
    },
  );
}
