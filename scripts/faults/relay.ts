import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { seededRandom } from '@meterbridge/core/codec';
import type { Connection } from './ledger.ts';

/** `closed`: refuses. `silent`: the line is up, nothing comes through. `garbled`: a bit of every other frame is wrong. */
export type RelayMode = 'open' | 'closed' | 'silent' | 'garbled';

/** Length of the first frame in what a meter sent; 0: it is not complete. */
export type FrameLength = (bytes: Buffer) => number;

export interface RelaySettings {
  readonly target: { readonly host: string; readonly port: number };
  readonly frameLength: FrameLength;
  readonly sent: (connection: Connection, frame: Buffer, isIntact: boolean) => void;
  /** Something did not come through: what it belongs to may be given up. */
  readonly broken: () => void;
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
  mode: RelayMode;
  /** What came from either side and was not passed on, in chunks. */
  readonly swallowed: number;
  readonly damaged: number;
  readonly refused: number;
  /** Connections that are over. */
  readonly ended: number;
  /** Ends every connection without a goodbye. */
  cut(): void;
}

/** A line between a meter and its bridge, frame by frame, that can be broken; it tells what went through. */
export async function startRelay({ target, frameLength, sent, broken }: RelaySettings): Promise<Relay> {
  const random = seededRandom(20_261_121);
  const sockets = new Set<Socket>();
  const state = { mode: 'open' as RelayMode, swallowed: 0, damaged: 0, refused: 0, ended: 0 };

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const swallow = (): void => {
    state.swallowed++;
    broken();
  };
  const fromMeter = (bridge: Socket, connection: Connection, frame: Buffer, wasIntact: boolean): boolean => {
    const isDamaged = state.mode === 'garbled' && random() < 1 / 2;
    const bytes = Buffer.from(frame);
    if (isDamaged) bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 7);
    // What follows a damaged frame may be taken for its end.
    sent(connection, frame, !isDamaged && wasIntact);
    if (isDamaged) {
      state.damaged++;
      broken();
    }
    bridge.write(bytes);
    return !isDamaged;
  };
  const pass = (bridge: Socket): void => {
    if (state.mode === 'closed') {
      state.refused++;
      bridge.resetAndDestroy();
      return;
    }
    const connection: Connection = { isOver: false };
    const meter = keep(connect(target.port, target.host));
    let pending = Buffer.alloc(0);
    let isIntact = true;
    meter.on('data', (chunk: Buffer) => {
      if (state.mode === 'silent') {
        pending = Buffer.alloc(0);
        isIntact = false;
        return swallow();
      }
      pending = Buffer.concat([pending, chunk]);
      for (let length = frameLength(pending); length > 0; length = frameLength(pending)) {
        isIntact = fromMeter(bridge, connection, pending.subarray(0, length), isIntact);
        pending = pending.subarray(length);
      }
    });
    keep(bridge).on('data', (chunk: Buffer) => {
      if (state.mode === 'silent') swallow();
      else meter.write(chunk);
    });
    bridge.once('close', () => {
      state.ended++;
      connection.isOver = true;
      meter.destroy();
    });
    meter.once('close', () => bridge.destroy());
  };

  const server = createServer(pass).listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had');
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return Object.assign(state, {
    port: address.port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
