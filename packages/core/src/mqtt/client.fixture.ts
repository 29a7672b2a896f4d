import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { BridgeError } from '../errors/index.ts';
import { MqttClient } from './client.ts';
import type { Message } from './message.ts';
import type { MqttSettings, MqttTiming } from './settings.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface TestClient extends AsyncDisposable {
  readonly client: MqttClient;
  /** What was told: `connected`, or the code of the reason why not. */
  readonly states: readonly string[];
  readonly disconnects: readonly BridgeError[];
  readonly errors: readonly BridgeError[];
  /** Resolves when the client is told to be in this state, now or later; with the error if it is one. */
  reached(state: string): Promise<BridgeError | undefined>;
}

/** A client that retries quickly, and all it tells. */
export function startClient(
  place: Place,
  settings: Partial<MqttSettings> = {},
  timing: Partial<MqttTiming> = {},
  onConnect?: (client: MqttClient) => void,
): TestClient {
  const states: string[] = [];
  const disconnects: BridgeError[] = [];
  const errors: BridgeError[] = [];
  const waiting = new Set<() => void>();
  const tell = (state: string): void => {
    states.push(state);
    for (const look of waiting) look();
  };
  const client = new MqttClient(
    { ...defaults(place), ...settings },
    {
      onConnect: () => {
        tell('connected');
        onConnect?.(client);
      },
      onDisconnect: (error) => {
        disconnects.push(error);
        tell(error.code);
      },
      onError: (error) => errors.push(error),
    },
    { retryMinMs: 20, retryMaxMs: 100, ...timing },
  );
  client.connect();
  let from = 0;
  const reached: TestClient['reached'] = (state) =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = states.indexOf(state, from);
        if (at < 0) return;
        from = at + 1;
        waiting.delete(look);
        resolve(disconnects.findLast(({ code }) => code === state));
      };
      waiting.add(look);
      look();
    });
  return {
    client,
    states,
    disconnects,
    errors,
    reached,
    [Symbol.asyncDispose]: () => client.close({ timeoutMs: 1_000 }),
  };
}

export function message(topic: string, payload = 'x', options: Partial<Message> = {}): Message {
  return { topic, payload, qos: 1, retain: false, ...options };
}

function defaults({ host, port }: Place): MqttSettings {
  return {
    host,
    tcpPort: port,
    tls: null,
    clientId: 'test-client',
    keepaliveS: 15,
    will: message('test/state', 'offline', { retain: true }),
    birth: [],
  };
}

/** A TCP server that is no broker, or a bad one. */
export async function startStub(onConnection: (socket: Socket) => void): Promise<Place & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had');
  return {
    host: 'localhost',
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A packet of the client: its first byte, and what follows the length. */
export interface Packet {
  readonly type: number;
  readonly body: Buffer;
}

export const CONNECT = 1;
export const PUBLISH = 3;
export const SUBSCRIBE = 8;

/** Cuts what the client sends into packets, for stubs that answer. */
export function onPackets(socket: Readable, onPacket: (packet: Packet) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      let [length, at] = [0, 1];
      for (; at < pending.length; at++) {
        length += (pending[at]! & 0x7f) * 128 ** (at - 1);
        if (pending[at]! < 0x80) break;
      }
      if (at >= pending.length || pending.length < at + 1 + length) return;
      const packet = { type: pending[0]! >> 4, body: pending.subarray(at + 1, at + 1 + length) };
      pending = pending.subarray(at + 1 + length);
      onPacket(packet);
    }
  });
}

/** Protocol level of a CONNECT packet: 5, or 4 for MQTT 3.1.1. */
export function versionOf({ body }: Packet): number {
  return body[6]!;
}

export const CONNACK = {
  3: (code: number): Uint8Array => Uint8Array.of(0x20, 2, 0, code),
  5: (code: number): Uint8Array => Uint8Array.of(0x20, 3, 0, code, 0),
} as const;

/** Topic and packet id of a PUBLISH with QoS 1. */
export function publishOf({ body }: Packet): {
  readonly topic: string;
  readonly id: readonly [number, number];
} {
  const end = 2 + body.readUInt16BE(0);
  return { topic: body.toString('utf8', 2, end), id: [body[end]!, body[end + 1]!] };
}
