import { type CollectedMessage, hasRealBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Brokers, powerMessage, startBrokers, startProxy } from './brokers.fixture.ts';
import {
  cases,
  corpusReason,
  hasCorpus,
  inOrder,
  type Json,
  listed,
  payloadOf,
  stepsOf,
} from './corpus.fixture.ts';

/** A meter that speaks last: when it is heard, everything before it was dealt with. */
const LAST = 'LASTMETER0001';

describe.skipIf(!hasCorpus || !(await hasRealBroker()))(
  `messages of the corpus over two brokers${corpusReason}`,
  () => {
    let brokers: Brokers;
    beforeAll(async () => {
      brokers = await startBrokers();
    });
    afterAll(() => brokers[Symbol.asyncDispose]());

    it.each(cases)('$name', async (one) => {
      const { meters, heard } = brokers;
      const secondsTopic = one.config?.internal_broker_topics?.meter_seconds_data ?? 'MQTT_RT_DATA';
      await using _ = await startProxy(brokers, configOf(brokers, one), secondsTopic);
      const from = heard.messages.length;
      const steps = stepsOf(one);
      for (const step of steps) await meters.publish(step.topic, payloadOf(step));
      await meters.publish(secondsTopic, powerMessage(LAST, '20260601120000', 1));
      await heard.next(({ topic }) => topic.endsWith(`/${LAST}/seconds`));
      const told = heard.messages.slice(from).filter(({ topic }) => !/(?:LAST|PROBE)METER/.test(topic));
      const data = told.filter(({ topic }) => /\/(seconds|minutes)$/.test(topic));
      expect(data.map(parsed)).toEqual(steps.flatMap(({ expected }) => expected.outputs));
      expect(data.filter(({ qos, retain }) => qos !== 1 || retain)).toEqual([]);
      checkDiscovery(told, steps);
    });
  },
);

function configOf({ internal }: Brokers, { name, config }: Json): object {
  const { host, port } = internal;
  // Of its own for each case: what one leaves behind at the broker is not for the next.
  return { ...config, internal_broker: { host, port, client_id: name } };
}

function checkDiscovery(told: readonly CollectedMessage[], steps: readonly Json[]): void {
  const wanted = steps.flatMap(({ expected }) => expected.discovery ?? []);
  if (wanted.length === 0) return;
  const topics = new Set(wanted.map(({ topic }: Json) => topic));
  const discovery = told.filter(({ topic }) => topics.has(topic));
  expect(listed(discovery.map(parsed), wanted)).toEqual(inOrder(wanted));
  for (const { topic } of discovery) {
    const [, id] = /kpm33b_(\w+?)\//.exec(topic) ?? [];
    const firstData = told.findIndex(
      (message) => /\/(?:seconds|minutes)$/.test(message.topic) && message.topic.includes(`/${id}/`),
    );
    expect(told.findIndex((message) => message.topic === topic)).toBeLessThan(firstData);
  }
}

function parsed({ topic, payload }: CollectedMessage) {
  return { topic, payload: payload === '' ? null : JSON.parse(payload) };
}
