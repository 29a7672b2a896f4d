import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@meterbridge/core/codec';
import type { MqttClient } from '@meterbridge/core/mqtt';
import { Fleet, timeText } from '../apps/kpm33b-proxy/src/simulator/fleet.ts';
import type { Program } from './program.ts';
import { until } from './until.ts';

const MOST_UNDER_WAY = 500;
const GIVE_UP_MS = 120_000;

/** Messages of a fleet on their way through a proxy. */
export class Passage {
  readonly #topic: string;
  readonly #meters: MqttClient;
  readonly #payloads: Iterator<readonly [id: string, payload: string], never>;
  /** When the messages of a meter were sent, the oldest first. */
  readonly #sentMs = new Map<string, number[]>();
  #underWay = 0;
  #latencies: number[] = [];

  constructor(size: number, topic: string, meters: MqttClient) {
    this.#topic = topic;
    this.#meters = meters;
    this.#payloads = payloads(size);
  }

  /** @returns ms that each took */
  async send(total: number, perSecond: number, program: Program): Promise<readonly number[]> {
    this.#latencies = [];
    const beganMs = performance.now();
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, ((performance.now() - beganMs) * perSecond) / 1000);
      for (; sent < due && this.#underWay < MOST_UNDER_WAY; sent++) this.#sendOne();
      program.expectAlive();
      if (performance.now() > beganMs + GIVE_UP_MS)
        throw new Error(`only ${sent} of ${total} messages were sent`);
      await sleep(1);
    }
    await until(() => this.#underWay === 0, 'all messages have arrived', GIVE_UP_MS, program);
    return this.#latencies;
  }

  arrived(topic: string): void {
    const id = topic.split('/')[1]!;
    const sentMs = this.#sentMs.get(id)?.shift();
    if (sentMs === undefined) return;
    this.#underWay--;
    this.#latencies.push(performance.now() - sentMs);
  }

  #sendOne(): void {
    const [id, payload] = this.#payloads.next().value;
    const sent = this.#sentMs.get(id) ?? [];
    sent.push(performance.now());
    this.#sentMs.set(id, sent);
    this.#underWay++;
    this.#meters.send({ topic: this.#topic, payload, qos: 1, retain: false }, () => undefined);
  }
}

/** Electrical values of each meter in turn, on and on: made of one upload, to leave the machine to the proxy. */
function* payloads(meters: number): Generator<readonly [id: string, payload: string], never> {
  const fleet = new Fleet({ meters, faults: new Set(), random: seededRandom(1) });
  const sample = fleet.upload(0, 'seconds', 0)[0]!.payload;
  for (let clockMs = Date.now(); ; clockMs += 60_000) {
    const own = sample.replace(timeText(0), timeText(clockMs));
    for (const id of fleet.ids) yield [id, own.replace(fleet.ids[0]!, id)];
  }
}
