import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, conformanceReason } from '@meterbridge/testing';

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
export type Json = any;

const folder = conformancePath('kpm33b');
export const hasCorpus = folder !== null;
/** For the title of tests that are skipped without it. */
export const corpusReason = hasCorpus ? '' : ` (${conformanceReason('kpm33b')})`;

export const cases: readonly Json[] =
  folder === null
    ? []
    : readdirSync(join(folder, 'messages')).map((file) =>
        JSON.parse(readFileSync(join(folder, 'messages', file), 'utf8')),
      );

/** The one message, or the steps, of a case. */
export function stepsOf(one: Json): readonly Json[] {
  return one.steps ?? [one];
}

export function payloadOf({ payload, payload_base64 }: Json): Buffer {
  return payload === undefined ? Buffer.from(payload_base64, 'base64') : Buffer.from(payload);
}

/** What the listed keys of discovery messages say, in the order of their topics; others may be there. */
export function listed(told: readonly Json[], wanted: readonly Json[]): Json {
  const byTopic = new Map<string, Json>(wanted.map(({ topic, payload }) => [topic, payload]));
  const shown = told.map(({ topic, payload }) => {
    const keys = Object.keys(byTopic.get(topic) ?? {});
    return { topic, payload: payload && Object.fromEntries(keys.map((key) => [key, payload[key]])) };
  });
  return inOrder(shown);
}

export function inOrder(messages: readonly Json[]): Json {
  return messages.toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
}
