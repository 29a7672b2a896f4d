export type { Link } from './link.ts';
export { listenTcp, type TcpListener } from './listen-tcp.ts';
export { type OpenOptions, openLink } from './open.ts';
export { linkPair } from './pair.ts';
export { openPty } from './pty.ts';
export { openSerial, type SerialOptions } from './serial.ts';
export { type Places, type ServedLinks, serveLinks } from './serve-links.ts';
export { formatTcp, openTcp } from './tcp.ts';
