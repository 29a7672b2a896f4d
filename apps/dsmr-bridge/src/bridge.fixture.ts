import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { encodeP1 } from '@meterbridge/core/frames';

/**
 * A telegram written by hand from the object table of the protocol, so that what it must become is known.
 * @param house two digits in the serial numbers of the meters
 */
export function telegram(power: string, time = '260131130500W', house = '20'): Uint8Array {
  const digits = Buffer.from(house).toString('hex');
  return encodeP1('ISK5\\2M550T-1012', [
    '1-3:0.2.8(50)',
    `0-0:1.0.0(${time})`,
    `0-0:96.1.1(453030343930303736343231353432${digits})`,
    '1-0:1.8.1(004512.345*kWh)',
    '1-0:1.8.2(005209.876*kWh)',
    `1-0:1.7.0(${power}*kW)`,
    '1-0:32.7.0(230.0*V)',
    '0-1:24.1.0(003)',
    `0-1:96.1.0(47303033393030313734343134${digits}3137)`,
    '0-1:24.2.1(260131130000W)(09916.665*m3)',
  ]);
}

/** Even parity in the eighth bit: what 7E1 looks like at 8N1. */
export function withParity(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    const ones = byte.toString(2).replaceAll('0', '').length;
    return byte | (ones % 2 === 1 ? 0x80 : 0);
  });
}

/** Pseudo terminals are made by socat. */
export const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no socat');
if (!hasSocat) console.warn('Skipping the tests of serial ports: there is no socat');

export interface TcpMeter extends AsyncDisposable {
  readonly tcpPort: number;
  /** How often somebody connected so far. */
  readonly connections: number;
  /** How many are connected now. */
  readonly readers: number;
  /** Resolves when somebody is connected. */
  connected(): Promise<void>;
  send(bytes: Uint8Array): void;
  /** Ends all connections; new ones are accepted. */
  hangUp(): void;
}

/** A serial server in the network, with nothing behind it but the test. */
export async function tcpMeter(): Promise<TcpMeter> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    tcpPort: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get readers() {
      return sockets.size;
    },
    async connected() {
      if (sockets.size === 0) await once(server, 'connection');
    },
    send(bytes) {
      for (const socket of sockets) socket.write(bytes);
    },
    hangUp() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Configuration of a bridge that reads one P1 port. */
export function bridgeConfig(brokerUrl: string, address: string, meter: object = {}) {
  return {
    mqtt: { url: brokerUrl },
    http: { enabled: false },
    meters: [{ id: 'dsmr_main', name: 'House', address, ...meter }],
  };
}
