import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { decodeMbus, FrameSplitter, MBUS_LIMIT, scanMbus } from '@meterbridge/core/frames';
import { lineDescription, slavesOfDescription } from '../apps/mbus-gateway/src/simulator/description.ts';
import type { Slave } from '../apps/mbus-gateway/src/simulator/slave.ts';
import { HEAT_METER } from './heat-meter.ts';
import { hostOf, type Population, placeOf } from './population.ts';

/** As many as primary addresses reach. */
const PER_LINE = 250;
/** Always due: when they tell their values is up to them. */
const INTERVAL = '20ms';
const PATIENCE = '60s';

/** A question that waits for its answer. */
interface Asked {
  readonly meter: number;
  readonly socket: Socket;
  readonly answer: Uint8Array;
}

/** M-Bus lines of up to 250 heat meters each, behind one listener; a meter that is asked answers when it is told to. */
export async function serveBus(meters: number): Promise<Population> {
  const slaves = Array.from({ length: meters }, (_, meter) => slaveOf(meter));
  const lines = new Set<Socket>();
  const asked: Asked[] = [];
  const server = createServer((socket) => {
    const line = placeOf(socket.localAddress ?? '');
    const splitter = new FrameSplitter(scanMbus, MBUS_LIMIT);
    lines.add(socket.setNoDelay(true));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => lines.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const { bytes } of splitter.push(chunk)) {
        const frame = decodeMbus(bytes);
        if (frame.type === 'ack' || frame.a > PER_LINE) continue;
        const meter = line * PER_LINE + frame.a - 1;
        const answer = slaves[meter]?.answer(bytes);
        if (!answer) continue;
        if (answer.length === 1) socket.write(answer);
        else asked.push({ meter, socket, answer });
      }
    });
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    app: 'mbus-gateway',
    entries: slaves.map(({ primary }, meter) => ({
      id: `m${meter}`,
      address: `tcp://${hostOf(Math.floor(meter / PER_LINE))}:${port}`,
      meter: primary,
      interval: INTERVAL,
      answer_timeout: PATIENCE,
    })),
    topicOf: (meter) => `meters/mbus/m${meter}`,
    get isConnected() {
      return lines.size === Math.ceil(meters / PER_LINE);
    },
    tell() {
      const next = asked.shift();
      if (!next) return null;
      next.socket.write(next.answer);
      return next.meter;
    },
    async [Symbol.asyncDispose]() {
      for (const line of lines) line.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function slaveOf(meter: number): Slave {
  const [kind] = HEAT_METER.meters;
  const one = { ...kind!, id: String(meter).padStart(8, '0'), address: 1 + (meter % PER_LINE) };
  return slavesOfDescription(lineDescription.parse({ meters: [one] }))[0]!;
}
