import { conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { proxySettings } from './config/index.ts';
import { MessageConverter } from './converter.ts';
import { bytesOfStep, casesIn, configOf, corpus, type Json, readText, stepsOf } from './corpus.fixture.ts';
import { discoveryMessages } from './discovery.ts';

const cases = casesIn('messages');

/** What listed keys of a discovery payload say; others may be there. */
function listed(payload: string, wanted: Json): Json {
  if (payload === '') return null;
  const told = JSON.parse(payload);
  return Object.fromEntries(Object.keys(wanted ?? {}).map((key) => [key, told[key]]));
}

describe.skipIf(corpus === null)(
  `messages of the corpus${corpus ? '' : ` (${conformanceReason('kpm33b')})`}`,
  () => {
    it.each(cases)('$name', (one) => {
      const settings = proxySettings(configOf(one.config), 'homeassistant');
      const converter = new MessageConverter(settings, readText);
      const announced = new Set<string>();
      for (const [at, step] of stepsOf(one).entries()) {
        const result = converter.convert(step.topic, bytesOfStep(step));
        const isNew = result?.dropped === null && !announced.has(result.id);
        const discovery = isNew ? discoveryMessages(settings, result.id) : [];
        const outputs =
          result?.dropped === null ? [{ topic: result.topic, payload: JSON.parse(result.payload) }] : [];
        if (isNew) announced.add(result.id);
        expect({ at, outputs, dropped: result?.dropped ?? undefined }).toEqual({
          at,
          outputs: step.expected.outputs,
          dropped: step.expected.dropped,
        });
        const { discovery: wanted } = step.expected;
        if (wanted === undefined) continue;
        const byTopic = new Map<string, Json>(wanted.map(({ topic, payload }: Json) => [topic, payload]));
        const told = new Map<string, Json>();
        for (const { topic, payload } of discovery) told.set(topic, listed(payload, byTopic.get(topic)));
        expect(told).toEqual(byTopic);
      }
    });
  },
);
