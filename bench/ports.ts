import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { latin1, seededRandom } from '@meterbridge/core/codec';
import { decodeP1, encodeP1 } from '@meterbridge/core/frames';
import { House } from '../apps/dsmr-bridge/src/simulator/house.ts';
import { simulateTelegram } from '../apps/dsmr-bridge/src/simulator/telegram.ts';
import { hostOf, type Population, placeOf } from './population.ts';

/** The simulated meters stand in Central Europe. */
const CLOCK_OFFSET_MS = 3_600_000;
const EQUIPMENT_ID = /^0-0:96\.1\.1\(.*\)$/;

/** P1 ports of so many meters behind one listener; they send in turn, each the telegram of now. */
export async function servePorts(meters: number): Promise<Population> {
  const house = new House(seededRandom(1));
  let next = 0;
  const sockets = new Map<number, Socket>();
  const server = createServer((socket) => {
    const meter = placeOf(socket.localAddress ?? '');
    sockets.set(meter, socket.setNoDelay(true));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(meter));
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    app: 'dsmr-bridge',
    entries: Array.from({ length: meters }, (_, meter) => ({
      id: `m${meter}`,
      address: `tcp://${hostOf(meter)}:${port}`,
    })),
    topicOf: (meter) => `meters/dsmr/m${meter}`,
    get isConnected() {
      return sockets.size === meters;
    },
    tell() {
      const meter = next++ % meters;
      sockets.get(meter)?.write(telegramOf(meter, house));
      return meter;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.values()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A DSMR 5.0 telegram of electricity alone, with the equipment identifier of the meter. */
function telegramOf(meter: number, house: House): Uint8Array {
  const localMs = Date.now() + CLOCK_OFFSET_MS;
  const whole = simulateTelegram('5.0', house.at(localMs), { localMs, litres: 0 });
  const { header, bodyStart, bodyEnd } = decodeP1(whole);
  const id = Buffer.from(`E${String(meter).padStart(16, '0')}`)
    .toString('hex')
    .toUpperCase();
  const lines = latin1(whole, bodyStart, bodyEnd).trim().split('\r\n');
  const own = lines
    .filter((line) => !line.startsWith('0-1:'))
    .map((line) => line.replace(EQUIPMENT_ID, `0-0:96.1.1(${id})`));
  return encodeP1(header, own);
}
