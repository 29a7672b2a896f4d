import type { ServerResponse } from 'node:http';

const MAX_CLIENTS = 20;
const HEARTBEAT_MS = 15_000;
/** A client that has not taken this much is not keeping up. */
const MAX_WAITING_BYTES = 1 << 20;

/** Server-sent events to whoever looks on. */
export class EventStreams {
  readonly #clients = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#write(':\n\n'), HEARTBEAT_MS);
    this.#timer.unref();
  }

  get size(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /** Takes over a response whose head is written. */
  add(response: ServerResponse): void {
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
    response.write('retry: 2000\n\n');
  }

  send(event: string, data: object): void {
    if (this.#clients.size > 0) this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.destroy();
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      client.write(text);
      // It comes again when it can, and begins anew.
      if (client.writableLength > MAX_WAITING_BYTES) client.destroy();
    }
  }
}
