import type { Limits } from '../time/index.ts';
import type { LineSettings } from './line.ts';
import type { Link } from './link.ts';
import { openSerial } from './serial.ts';
import { openTcp, type TcpAddress } from './tcp.ts';

/** Where a meter is reached. */
export type Address =
  | { readonly kind: 'serial'; readonly path: string }
  | ({ readonly kind: 'tcp' } & TcpAddress);

export interface OpenOptions extends Limits {
  /** Of no meaning for TCP: there the serial server knows its line. */
  readonly line: LineSettings;
}

/** @throws BridgeError link/…, see {@link openSerial} and {@link openTcp} */
export function openLink(address: Address, { line, ...limits }: OpenOptions): Promise<Link> {
  return address.kind === 'tcp'
    ? openTcp(address, limits)
    : openSerial({ path: address.path, ...line }, limits);
}
