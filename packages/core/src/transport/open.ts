import type { Address, LineSettings } from '../model/index.ts';
import type { Limits } from '../time/index.ts';
import type { Link } from './link.ts';
import { openSerial } from './serial.ts';
import { openTcp } from './tcp.ts';

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
