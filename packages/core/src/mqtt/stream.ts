import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { MqttSettings } from './settings.ts';

const READ_BYTES = 64 * 1024;
/**
 * For whoever gathers: if bytes come so soon after others, the next ones are left to gather for as long. While there are
 * thousands of messages per second, each call that reads costs more than what it reads, here and at the broker.
 */
const GATHER_MS = 1;

/**
 * The socket to the broker; with TLS, `secureConnect` tells that it is there, without it is `connect`.
 * @param onBytes what comes from the broker, in a buffer that the next bytes are read into
 */
export function openSocket(
  { host, tcpPort: port, tls, gathers = false }: MqttSettings,
  onBytes: (bytes: Buffer) => void,
): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let readyMs = 0;
  const goOn = (): void => {
    readyMs = performance.now();
    socket.resume();
  };
  const callback = (length: number): boolean => {
    // With TLS a call reads one record, and others may be decrypted already.
    const isBusy = gathers && !tls && length < READ_BYTES && performance.now() - readyMs < GATHER_MS;
    onBytes(buffer.subarray(0, length));
    if (isBusy) setTimeout(goOn, GATHER_MS);
    else readyMs = performance.now();
    return !isBusy;
  };
  const onread = { buffer, callback };
  const tlsOptions = tls && { ...optionsOf(host, port, tls), onread };
  const socket = tlsOptions ? connectTls(tlsOptions) : connectTcp({ host, port, onread });
  // What is written together goes out at once: nothing is to wait for the acknowledgement of what went before.
  return socket.setNoDelay(true);
}

function optionsOf(host: string, port: number, tls: NonNullable<MqttSettings['tls']>) {
  const { insecure, ...own } = tls;
  const name = isIP(host) === 0 ? { servername: host } : {};
  return { ...own, ...name, host, port, rejectUnauthorized: !insecure };
}

/** The connection as the library sees it: it reads only what is left for it. */
export class LibraryStream extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** What is ours, in its place behind what the library has written. */
  send(bytes: Uint8Array): void {
    if (this.writableLength > 0) this.write(bytes);
    else this.#socket.write(bytes);
  }

  override _read(): void {
    // What comes is pushed at once: little is left for the library.
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: () => void): void {
    if (this.#socket.write(chunk)) done();
    else this.#socket.once('drain', done);
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
