export { formatLine, type LineSettings, parseLine } from './line.ts';
export type { Link } from './link.ts';
export { listenTcp, type TcpListener } from './listen-tcp.ts';
export { type Address, type OpenOptions, openLink } from './open.ts';
export { linkPair } from './pair.ts';
export { openPty } from './pty.ts';
export { openSerial, type SerialOptions } from './serial.ts';
export { formatTcp, openTcp, type TcpAddress } from './tcp.ts';
