import type { Duplex } from 'node:stream';
import { BridgeError } from '../errors/index.ts';
import { atMost } from '../time/index.ts';
import type { Link } from './link.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { SendQueue } from './send-queue.ts';

export interface StreamHooks {
  /** Calls `done` when what the stream took has really left. */
  readonly drain?: (done: (error?: Error | null) => void) => void;
  /** Closes what the stream stands for, in place of `stream.destroy`. */
  readonly close?: () => Promise<void>;
}

/** A system call that does not come back (a driver that waits for its hardware) must not hold up a shutdown. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The link over an open stream, which belongs to the link from now on. */
export function streamLink(name: string, stream: Duplex, hooks: StreamHooks = {}): Link {
  const { drain, close = () => destroy(stream) } = hooks;
  const received = new ReceiveQueue(stream);
  const sent = new SendQueue(name, (bytes, done) => {
    stream.write(bytes, (error) => (error || !drain ? done(error) : drain(done)));
  });
  const end = (detail: string, cause?: Error) => {
    const facts = { link: name };
    const error = new BridgeError('link/lost', `${name} ${detail}`, cause ? { facts, cause } : { facts });
    received.end(error);
    sent.end(error);
  };
  const receive = ({ buffer, byteOffset, byteLength }: Buffer) =>
    received.push(new Uint8Array(buffer, byteOffset, byteLength));
  const lose = (cause?: unknown) => {
    // While it was paused the stream kept bytes that arrived before the end.
    stream.off('data', receive);
    for (let rest = stream.read(); rest !== null; rest = stream.read()) receive(rest);
    if (cause instanceof Error) end(`is lost: ${cause.message}`, cause);
    else end('was closed by the other end');
  };
  stream.on('data', receive).on('end', lose).on('error', lose).on('close', lose);

  let closing: Promise<void> | undefined;
  const closeOnce = () => {
    if (closing) return closing;
    end('is closed');
    received.discard();
    closing = settled(close());
    return closing;
  };
  return {
    name,
    read: (limits) => received.read(limits),
    write: (bytes, limits) => sent.write(bytes, limits),
    discard: () => received.discard(),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

function destroy(stream: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (stream.closed) resolve();
  else stream.once('close', resolve).destroy();
  return promise;
}

/** Resolves when `closed` has settled one way or the other, or does not come back. */
function settled(closed: Promise<void>): Promise<void> {
  return atMost(
    closed.catch(() => {}),
    CLOSE_TIMEOUT_MS,
  );
}
