import { conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { configFlowSettings, kpm33bSections } from './config/index.ts';
import { ConfigFlow } from './config-flow.ts';
import { casesIn, configOf, corpus, type Json } from './corpus.fixture.ts';

const cases = casesIn('config-flow');
const ANSWERS = 'MQTT_COMMOD_SET_REP';
const LEVELS: Json = { info: 'info', warn: 'warning', error: 'error', alert: 'alert' };

interface Seen {
  readonly atMs: number;
  readonly publish?: { readonly topic: string; readonly payload: Json };
  readonly log?: Json;
}

/** Plays a case on a clock of its own, with steps of a millisecond wherever something may happen. */
class Play {
  readonly seen: Seen[] = [];
  readonly #events: Json[];
  readonly #expected: Json[];
  readonly #bound = new Map<string, { readonly oprid: string; readonly atMs: number }>();
  readonly #flow: ConfigFlow;
  #nowMs = 0;
  #count = 0;

  constructor(one: Json) {
    this.#events = [...one.events];
    this.#expected = one.expect.filter(({ type }: Json) => type === 'publish');
    this.#flow = new ConfigFlow(configFlowSettings(configOf(one.config)), () => this.#newOprid(), {
      publish: ({ topic, payload }, onSent) => {
        this.#published(topic, JSON.parse(payload));
        onSent(this.#nowMs);
      },
      tell: ({ outcome, severity, meter, command }) =>
        this.#log({ level: LEVELS[severity], outcome, meter, command }),
      keep: () => undefined,
    });
    this.#flow.online();
  }

  run(untilMs: number): void {
    for (; this.#nowMs <= untilMs; this.#nowMs++) {
      for (const event of this.#events.filter((one) => this.#timeOf(one) === this.#nowMs))
        this.#happen(event);
      const { dueMs } = this.#flow;
      if (dueMs !== null && dueMs <= this.#nowMs) this.#flow.tick(this.#nowMs);
    }
  }

  #newOprid(): string {
    return String(this.#count++).padStart(32, 'a');
  }

  #timeOf({ at, after, delay }: Json): number | undefined {
    if (at !== undefined) return at;
    const bound = this.#bound.get(after);
    return bound && bound.atMs + delay;
  }

  #happen(event: Json): void {
    const text = event.payload?.replace(
      /\{\{(\w+)\}\}/g,
      (_: string, name: string) => this.#bound.get(name)?.oprid,
    );
    if (event.type === 'central-message') this.#flow.heard(event.topic, text, this.#nowMs);
    else if (event.type === 'internal-message' && event.topic === ANSWERS) this.#flow.answered(text);
    else if (event.type === 'internal-offline') this.#flow.offline();
    else if (event.type === 'internal-online') this.#flow.online();
    else if (event.type === 'config-change') this.#reload(event);
  }

  #reload({ config, text }: Json): void {
    const read = z.object(kpm33bSections).safeParse(text === undefined ? config : parseDocument(text).toJS());
    this.#log(
      read.success
        ? { level: 'info', outcome: 'config-reloaded' }
        : { level: 'error', outcome: 'config-invalid' },
    );
    if (read.success) this.#flow.reconfigure(configFlowSettings(read.data));
  }

  #published(topic: string, payload: Json): void {
    this.seen.push({ atMs: this.#nowMs, publish: { topic, payload } });
    const { oprid, ...rest } = payload;
    const at = this.#expected.findIndex(
      (one) => one.topic === topic && one.payload.Cmd === rest.Cmd && one.payload.value === rest.value,
    );
    if (at < 0) return;
    this.#bound.set(this.#expected[at].bind, { oprid, atMs: this.#nowMs });
    this.#expected.splice(at, 1);
  }

  #log(log: Json): void {
    this.seen.push({ atMs: this.#nowMs, log });
  }
}

const isWithin = ({ atMs }: Seen, [from, to]: readonly [number, number]): boolean =>
  atMs >= from && atMs <= to;

function fits(seen: Seen, wanted: Json): boolean {
  if (!isWithin(seen, wanted.window)) return false;
  if (wanted.type === 'publish') {
    const { oprid: _, ...payload } = wanted.payload;
    const { oprid, ...told } = seen.publish?.payload ?? {};
    return (
      seen.publish?.topic === wanted.topic &&
      JSON.stringify(told) === JSON.stringify(payload) &&
      oprid?.length === 32
    );
  }
  return ['level', 'outcome', 'meter', 'command'].every(
    (key) => wanted[key] === undefined || seen.log?.[key] === wanted[key],
  );
}

describe.skipIf(corpus === null)(
  `config flow of the corpus${corpus ? '' : ` (${conformanceReason('kpm33b')})`}`,
  () => {
    it.each(cases)('$name', (one) => {
      const play = new Play(one);
      play.run(one.until);
      const missing = one.expect.filter((wanted: Json) => !play.seen.some((seen) => fits(seen, wanted)));
      expect(missing).toEqual([]);
      const publishes = one.expect.filter(({ type }: Json) => type === 'publish').length;
      const alerts = one.expect.filter(({ level }: Json) => level === 'alert').length;
      expect(play.seen.filter(({ publish }) => publish)).toHaveLength(publishes);
      expect(play.seen.filter(({ log }) => log?.level === 'alert')).toHaveLength(alerts);
    });
  },
);
