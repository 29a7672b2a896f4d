import type { LineSettings } from '@meterbridge/core/model';
import type { Port } from './config.ts';

/** DSMR 4 and later, and every other country (P1 companion 5.0.2, section 5.3). */
export const FAST: LineSettings = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 };
/** DSMR 2.2 and 3.0. */
export const SLOW: LineSettings = { baudRate: 9_600, dataBits: 7, parity: 'even', stopBits: 1 };

/** Settings with which telegrams were found, kept while the source of a port is restarted. */
const found = new WeakMap<Port, LineSettings>();

/** Line settings to try on a port, in this order. */
export function lineCandidates(port: Port): readonly LineSettings[] {
  const known = port.line ?? found.get(port);
  if (known) return [known];
  if (port.version === '2.2' || port.version === '3.0') return [SLOW];
  return port.version === 'auto' && port.address.kind === 'serial' ? [FAST, SLOW] : [FAST];
}

export function lineWorks(port: Port, line: LineSettings): void {
  found.set(port, line);
}

/** Nothing comes of these settings any more: the meter may have been exchanged for one with others. */
export function lineFails(port: Port): void {
  found.delete(port);
}
