import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@meterbridge/core/mqtt';
import type { Broker } from '@meterbridge/testing';
import { connectAsync } from 'mqtt';
import { sendAll } from './bare-loop.ts';
import { type Spread, spreadOf } from './measure.ts';
import { openPipeline } from './pipeline.ts';

const ROUNDS = 5;

/** What waited while the broker was away, from the connection until all is confirmed. */
export interface Backlog {
  readonly messages: number;
  readonly seconds: Spread;
  readonly perSecond: Spread;
  /** Speed relative to MQTT.js alone, which sends the same out of its memory. */
  readonly ratio: Spread;
}

/** @param messages put into an outbox in a file before there is a connection */
export async function backlog(broker: Broker, messages: readonly Message[]): Promise<Backlog> {
  const ours: number[] = [];
  const bare: number[] = [];
  while (ours.length < ROUNDS) {
    bare.push(await drainBare(broker, messages));
    ours.push(await drainOutbox(broker, messages, ours.length));
  }
  const figures = {
    messages: messages.length,
    seconds: spreadOf(ours),
    perSecond: spreadOf(ours.map((seconds) => messages.length / seconds)),
    ratio: spreadOf(ours.map((seconds, round) => bare[round]! / seconds)),
  };
  const { seconds, ratio } = figures;
  console.log(
    `\na backlog of ${messages.length} messages: ${seconds.median.toFixed(1)} s, ${ratio.median.toFixed(2)} × the speed of MQTT.js alone`,
  );
  return figures;
}

async function drainOutbox(broker: Broker, messages: readonly Message[], round: number): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-backlog-'));
  opened.defer(() => rm(folder, { recursive: true }));
  const pipeline = opened.use(openPipeline(broker, `bench-backlog-${round}`, join(folder, 'bench.db')));
  for (const message of messages) pipeline.put(message);
  const startMs = performance.now();
  await pipeline.connect();
  await pipeline.drained();
  return (performance.now() - startMs) / 1000;
}

async function drainBare(broker: Broker, messages: readonly Message[]): Promise<number> {
  const startMs = performance.now();
  const client = await connectAsync(broker.url, { protocolVersion: 5 });
  await sendAll(
    ({ topic, payload, ...options }, done) => client.publish(topic, payload, options, done),
    messages,
  );
  const seconds = (performance.now() - startMs) / 1000;
  await client.endAsync(true);
  return seconds;
}
