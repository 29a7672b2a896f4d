import type { Duplex } from 'node:stream';
import { BridgeError } from '../errors/index.ts';
import type { Link } from './link.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { SendQueue } from './send-queue.ts';

/** What a kind of stream does in a way of its own. */
export interface StreamBehaviour {
  /** Calls back when everything written has left; without it, written is left. */
  readonly drain?: (done: (error?: Error | null) => void) => void;
  readonly close?: () => Promise<void>;
}

/** A link over a duplex stream, which it owns from now on. */
export function streamLink(name: string, stream: Duplex, behaviour: StreamBehaviour = {}): Link {
  const received = new ReceiveQueue(stream);
  const toSend = new SendQueue(name, (bytes, done) => {
    stream.write(bytes, (error) => {
      if (error || !behaviour.drain) done(error);
      else behaviour.drain(done);
    });
  });
  const lose = (why: string): void => {
    const error = new BridgeError('link/lost', `${name} is lost: ${why}`, { facts: { link: name } });
    received.end(error);
    toSend.end(error);
  };
  stream.on('data', (chunk: Uint8Array) => received.push(chunk));
  stream.on('error', (error) => lose(error.message));
  stream.on('end', () => lose('the other end closed it'));
  stream.on('close', () => lose('it was disconnected'));

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    if (!closing) {
      received.discard();
      lose('it was closed');
      closing = behaviour.close?.() ?? destroy(stream);
    }
    return closing;
  };
  return {
    name,
    read: (limits) => received.read(limits),
    write: (bytes, limits) => toSend.write(bytes, limits),
    discard: () => received.discard(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function destroy(stream: Duplex): Promise<void> {
  stream.destroy();
}
