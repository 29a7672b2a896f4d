import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const PUBLISH = 3;
const PUBACK = 4;

/** A TCP relay before a broker that sees what a client publishes with QoS 1, and when the broker confirms it. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
}

export interface RelayEvents {
  readonly onPublish?: (topic: string) => void;
  readonly onConfirmed: (topic: string) => void;
}

export async function startRelay(
  target: { readonly host: string; readonly port: number },
  { onPublish, onConfirmed }: RelayEvents,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket.setNoDelay(true));
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    const [client, broker] = [keep(socket), keep(connect(target.port, target.host))];
    const underWay = new Map<number, string>();
    pass(client, broker, (first, body) => {
      if (first >>> 4 !== PUBLISH || (first & 6) !== 2) return;
      const end = 2 + body.readUInt16BE(0);
      const topic = body.toString('latin1', 2, end);
      underWay.set(body.readUInt16BE(end), topic);
      onPublish?.(topic);
    });
    pass(broker, client, (first, body) => {
      if (first >>> 4 !== PUBACK) return;
      const topic = underWay.get(body.readUInt16BE(0));
      if (topic !== undefined) onConfirmed(topic);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type OnPacket = (first: number, body: Buffer) => void;

function pass(from: Socket, to: Socket, onPacket: OnPacket): void {
  let rest: Buffer = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    to.write(chunk);
    rest = packetsOf(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk, onPacket);
  });
  from.once('close', () => to.destroy());
}

/** @returns what is not a whole packet yet (MQTT 5, section 2.1) */
function packetsOf(bytes: Buffer, onPacket: OnPacket): Buffer {
  for (let at = 0; ; ) {
    let start = at + 1;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[start];
      if (byte === undefined) return bytes.subarray(at);
      length |= (byte & 0x7f) << shift;
      start++;
      if (byte < 0x80) break;
    }
    if (start + length > bytes.length) return bytes.subarray(at);
    onPacket(bytes[at]!, bytes.subarray(start, start + length));
    at = start + length;
  }
}
