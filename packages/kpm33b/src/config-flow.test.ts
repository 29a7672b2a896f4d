import { beforeEach, describe, expect, it } from 'vitest';
import { configFlowSettings } from './config/index.ts';
import { ConfigFlow, type FlowEvent, type KnownMeter } from './config-flow.ts';
import { configOf } from './corpus.fixture.ts';

const ID = '33B1225950027';
const TOPIC = `kpm33b/${ID}/seconds`;

let sent: { readonly Cmd: string; readonly value: string; readonly oprid: string }[];
let told: FlowEvent[];
let kept: Map<string, KnownMeter | null>;

function flowOf(config = {}): ConfigFlow {
  let count = 0;
  return new ConfigFlow(configFlowSettings(configOf(config)), () => String(count++), {
    publish: ({ payload }) => sent.push(JSON.parse(payload)),
    tell: (event) => told.push(event),
    keep: (id, known) => kept.set(id, known),
  });
}

function answer(flow: ConfigFlow, nowMs: number, code = '01'): void {
  flow.answered(JSON.stringify({ id: ID, oprid: sent.at(-1)?.oprid, code }), nowMs);
}

const commands = (): readonly string[] => sent.map(({ Cmd, value }) => `${Cmd}=${value}`);

beforeEach(() => {
  sent = [];
  told = [];
  kept = new Map();
});

describe('a meter that did not answer', () => {
  it('gets its commands again when it is heard next, then after a minute, then after two', () => {
    const flow = flowOf();
    flow.online(0);
    flow.heard(TOPIC, '{}', 0);
    flow.heard(TOPIC, '{}', 1_000);
    flow.tick(3_000);
    flow.tick(6_000);
    expect(commands()).toEqual(['0000=60', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    flow.heard(TOPIC, '{}', 7_000);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    flow.tick(10_000);
    answer(flow, 11_000);
    expect(told.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout', 'timeout', 'ack']);
    flow.heard(TOPIC, '{}', 12_000);
    expect(sent).toHaveLength(4);
    flow.heard(TOPIC, '{}', 80_000);
    expect(commands().at(-1)).toBe('0000=60');
    flow.tick(83_000);
    flow.heard(TOPIC, '{}', 200_000);
    expect(sent).toHaveLength(5);
    flow.heard(TOPIC, '{}', 204_000);
    expect(commands().at(-1)).toBe('0000=60');
    answer(flow, 205_000);
    expect([...flow.silentMeters()]).toEqual([]);
    flow.heard(TOPIC, '{}', 9_000_000);
    expect(sent).toHaveLength(6);
  });

  it('is not tried again if it refused', () => {
    const flow = flowOf();
    flow.online(0);
    flow.heard(TOPIC, '{}', 0);
    answer(flow, 1, '02');
    answer(flow, 2, '02');
    flow.heard(TOPIC, '{}', 9_000_000);
    expect(sent).toHaveLength(2);
  });
});

describe('a restart', () => {
  it('leaves meters alone that have their intervals', () => {
    const before = flowOf();
    before.online(0);
    before.heard(TOPIC, '{}', 0);
    answer(before, 1);
    answer(before, 2);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    flow.online(0);
    flow.heard(TOPIC, '{}', 10);
    expect(sent).toHaveLength(2);
  });

  it('sends again what was not answered yet', () => {
    const before = flowOf();
    before.online(0);
    before.heard(TOPIC, '{}', 0);
    answer(before, 1);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    flow.online(0);
    expect(commands()).toEqual(['0000=60', '0001=1', '0001=1']);
  });

  it('sends what was sent in vain when the meter is heard', () => {
    const before = flowOf();
    before.online(0);
    before.heard(TOPIC, '{}', 0);
    before.tick(3_000);
    answer(before, 4_000);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    flow.online(0);
    expect(commands()).toEqual(['0000=60', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    flow.heard(TOPIC, '{}', 10);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
  });

  it('sends what a new configuration asked for, also to a meter that is not heard', () => {
    const before = flowOf();
    before.online(0);
    before.heard(TOPIC, '{}', 0);
    answer(before, 1);
    answer(before, 2);
    before.offline();
    before.reconfigure(configFlowSettings(configOf()), 10);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    flow.online(0);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
  });

  it('sends intervals that were changed meanwhile', () => {
    const before = flowOf();
    before.online(0);
    before.heard(TOPIC, '{}', 0);
    const flow = flowOf({ kpm33b_meters: { upload_frequency_seconds: 300 } });
    flow.restore(ID, kept.get(ID)!);
    flow.online(0);
    expect(commands()).toEqual(['0000=60', '0000=300']);
  });
});

describe('the internal broker', () => {
  it('gets a command again whose answer may have been lost with the connection, without an alert', () => {
    const flow = flowOf();
    flow.online(0);
    flow.heard(TOPIC, '{}', 0);
    flow.offline();
    expect(flow.dueMs).toBeNull();
    flow.online(60_000);
    expect(commands()).toEqual(['0000=60', '0000=60']);
    expect(sent[0]?.oprid).not.toBe(sent[1]?.oprid);
    expect(flow.dueMs).toBe(63_000);
    expect(told).toEqual([]);
  });
});

describe('a configuration that changes', () => {
  it('while a command is under way waits for its answer, then sends the new values', () => {
    const flow = flowOf();
    flow.online(0);
    flow.heard(TOPIC, '{}', 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { upload_frequency_seconds: 600 } })), 100);
    expect(commands()).toEqual(['0000=60']);
    answer(flow, 200);
    answer(flow, 300);
    answer(flow, 400);
    expect(commands()).toEqual(['0000=60', '0000=600', '0001=1']);
    expect(told.map(({ outcome }) => outcome)).toEqual(['ack', 'ack', 'ack']);
  });

  it('ends all business with a meter that is excluded', () => {
    const flow = flowOf();
    flow.online(0);
    flow.heard(TOPIC, '{}', 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { exclude_device_ids: [ID] } })), 100);
    flow.tick(10_000);
    flow.heard(TOPIC, '{}', 10_000);
    expect(commands()).toEqual(['0000=60']);
    expect(told).toEqual([]);
  });
});

describe('ids from the network', () => {
  it('never make more than 100,000 meters', () => {
    const flow = flowOf();
    for (let number = 0; number < 100_010; number++)
      flow.heard(`kpm33b/${String(number).padStart(13, '0')}/seconds`, '{}', 0);
    expect(flow.size.meters).toBe(100_000);
    expect(kept.get('0000000000000')).toBeNull();
  });
});
