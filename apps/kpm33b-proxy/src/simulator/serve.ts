import { once } from 'node:events';
import { MqttClient } from '@meterbridge/core/mqtt';
import { sleep } from '@meterbridge/core/time';
import type { Level } from '@meterbridge/kpm33b';
import { AnsweringMeters } from './answers.ts';
import type { Fleet, SimulatedMessage } from './fleet.ts';

export interface FleetBroker {
  readonly host: string;
  readonly tcpPort: number;
  readonly username?: string;
  readonly password?: string;
  /** Messages per second of all meters together; null: each uploads on the marks of its clock. */
  readonly rate: number | null;
}

/** Central European Time, which the clocks of the meters show. */
const CLOCK_OFFSET_MS = 3_600_000;
const TICK_MS = 10;
/** More are not sent until the broker has confirmed some. */
const MAX_UNDER_WAY = 2_000;

/** Publishes what the meters of a fleet send and answers commands, until the signal says stop. */
export async function runFleet(fleet: Fleet, broker: FleetBroker, signal: AbortSignal): Promise<void> {
  const { rate, ...account } = broker;
  const sender = new Sender(account);
  const answering = new AnsweringMeters(fleet.ids, (message) => sender.send(message));
  for (const filter of answering.filters)
    sender.client.subscribe(filter, (topic, payload) => answering.command(topic, payload));
  sender.client.connect();
  const uploads =
    rate === null ? onTheMark(fleet, answering, sender, signal) : steadily(fleet, rate, sender, signal);
  await Promise.race([uploads, once(signal, 'abort')]);
  await sender.client.close();
}

/** Every meter at its own marks, which are those of all others: as it is in the field. */
async function onTheMark(
  fleet: Fleet,
  answering: AnsweringMeters,
  sender: Sender,
  signal: AbortSignal,
): Promise<void> {
  for (let second = Math.floor(Date.now() / 1000); !signal.aborted; ) {
    await sleep(200, signal);
    for (const now = Math.floor(Date.now() / 1000); second < now; ) {
      second++;
      for (const number of fleet.ids.keys()) {
        for (const level of answering.due(number, second))
          for (const message of fleet.upload(number, level, 1000 * second + CLOCK_OFFSET_MS))
            sender.send(message);
      }
    }
  }
}

/** As many messages per second as were asked for; clocks run as fast as it takes that no upload comes twice. */
async function steadily(fleet: Fleet, rate: number, sender: Sender, signal: AbortSignal): Promise<void> {
  const uploads = endlessUploads(fleet);
  const startMs = performance.now();
  for (let sent = 0; !signal.aborted; ) {
    const due = ((performance.now() - startMs) * rate) / 1000;
    while (sent < due && sender.underWay < MAX_UNDER_WAY) {
      sender.send(uploads.next().value);
      sent++;
    }
    await sleep(TICK_MS, signal);
  }
}

function* endlessUploads(fleet: Fleet): Generator<SimulatedMessage, never> {
  const levels: readonly Level[] = ['seconds', 'minutes'];
  for (let clockMs = Date.now() + CLOCK_OFFSET_MS; ; clockMs += 60_000) {
    for (const number of fleet.ids.keys())
      for (const level of levels) yield* fleet.upload(number, level, clockMs);
  }
}

class Sender {
  readonly client: MqttClient;
  underWay = 0;

  constructor(account: Omit<FleetBroker, 'rate'>) {
    const clientId = `kpm33b-fleet-${process.pid}`;
    this.client = new MqttClient(
      { ...account, tls: null, clientId, keepaliveS: 15, will: null, birth: [] },
      { onDisconnect: (error) => process.stderr.write(`${error.message}\n`) },
    );
  }

  /** What cannot be sent is lost, as with a real meter. */
  send({ topic, payload }: SimulatedMessage): void {
    this.underWay++;
    this.client.send({ topic, payload, qos: 1, retain: false }, () => {
      this.underWay--;
    });
  }
}
