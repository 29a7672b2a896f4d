import { beforeEach, describe, expect, it } from 'vitest';
import { configFlowSettings } from './config/index.ts';
import { ConfigFlow, type FlowEvent, type KnownMeter } from './config-flow.ts';
import { configOf } from './corpus.fixture.ts';

const ID = '33B1225950027';
const TOPIC = `kpm33b/${ID}/seconds`;

let sent: { readonly Cmd: string; readonly value: string; readonly oprid: string }[];
let told: FlowEvent[];
let kept: Map<string, KnownMeter | null>;
let clockMs: number;
/** Whether the broker confirms what is sent, and what it has not. */
let isConfirming: boolean;
let unconfirmed: ((nowMs: number) => void)[];

function flowOf(config = {}): ConfigFlow {
  let count = 0;
  return new ConfigFlow(configFlowSettings(configOf(config)), () => String(count++), {
    publish: ({ payload }, onSent) => {
      sent.push(JSON.parse(payload));
      if (isConfirming) onSent(clockMs);
      else unconfirmed.push(onSent);
    },
    tell: (event) => told.push(event),
    keep: (id, known) => kept.set(id, known),
  });
}

function answer(flow: ConfigFlow, nowMs: number, code = '01'): void {
  clockMs = nowMs;
  flow.answered(JSON.stringify({ id: ID, oprid: sent.at(-1)?.oprid, code }));
}

function hear(flow: ConfigFlow, nowMs: number): void {
  clockMs = nowMs;
  flow.heard(TOPIC, '{}', nowMs);
}

function tick(flow: ConfigFlow, nowMs: number): void {
  clockMs = nowMs;
  flow.tick(nowMs);
}

function online(flow: ConfigFlow, nowMs: number): void {
  clockMs = nowMs;
  flow.online();
}

const commands = (): readonly string[] => sent.map(({ Cmd, value }) => `${Cmd}=${value}`);

beforeEach(() => {
  sent = [];
  told = [];
  kept = new Map();
  isConfirming = true;
  unconfirmed = [];
});

describe('a meter that did not answer', () => {
  it('gets its commands again when it is heard next, then after a minute, then after two', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    hear(flow, 1_000);
    tick(flow, 3_000);
    tick(flow, 6_000);
    expect(commands()).toEqual(['0000=60', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    hear(flow, 7_000);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    tick(flow, 10_000);
    answer(flow, 11_000);
    expect(told.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout', 'timeout', 'ack']);
    hear(flow, 12_000);
    expect(sent).toHaveLength(4);
    hear(flow, 80_000);
    expect(commands().at(-1)).toBe('0000=60');
    tick(flow, 83_000);
    hear(flow, 200_000);
    expect(sent).toHaveLength(5);
    hear(flow, 204_000);
    expect(commands().at(-1)).toBe('0000=60');
    answer(flow, 205_000);
    expect([...flow.silentMeters()]).toEqual([]);
    hear(flow, 9_000_000);
    expect(sent).toHaveLength(6);
  });

  it('is not tried again if it refused', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    answer(flow, 1, '02');
    answer(flow, 2, '02');
    hear(flow, 9_000_000);
    expect(sent).toHaveLength(2);
  });
});

describe('the time of a meter', () => {
  beforeEach(() => {
    isConfirming = false;
  });

  it('runs from when the broker has the command', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    expect(flow.dueMs).toBeNull();
    tick(flow, 60_000);
    expect(told).toEqual([]);
    unconfirmed[0]!(60_000);
    expect(flow.dueMs).toBe(63_000);
    tick(flow, 63_000);
    expect(told.map(({ outcome }) => outcome)).toEqual(['timeout']);
  });

  it('does not run any more when the answer is here first', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    answer(flow, 1);
    unconfirmed[0]!(2);
    expect(flow.dueMs).toBeNull();
    expect(told.map(({ outcome }) => outcome)).toEqual(['ack']);
  });

  it('is that of the latest connection', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.offline();
    online(flow, 10);
    unconfirmed[0]!(11);
    expect(flow.dueMs).toBeNull();
    unconfirmed[1]!(12);
    expect(flow.dueMs).toBe(3_012);
  });
});

describe('a restart', () => {
  it('leaves meters alone that have their intervals', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    answer(before, 1);
    answer(before, 2);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    hear(flow, 10);
    expect(sent).toHaveLength(2);
  });

  it('sends again what was not answered yet', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    answer(before, 1);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    expect(commands()).toEqual(['0000=60', '0001=1', '0001=1']);
  });

  it('sends what was sent in vain when the meter is heard', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    tick(before, 3_000);
    answer(before, 4_000);
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    expect(commands()).toEqual(['0000=60', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([ID]);
    hear(flow, 10);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
  });

  it('sends what a new configuration asked for, also to a meter that is not heard', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    answer(before, 1);
    answer(before, 2);
    before.offline();
    before.reconfigure(configFlowSettings(configOf()));
    const flow = flowOf();
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    expect(commands()).toEqual(['0000=60', '0001=1', '0000=60']);
  });

  it('sends intervals that were changed meanwhile', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    const flow = flowOf({ kpm33b_meters: { upload_frequency_seconds: 300 } });
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    expect(commands()).toEqual(['0000=60', '0000=300']);
  });

  it('sends nothing to a meter that is excluded meanwhile', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    tick(before, 3_000);
    const excluding = { kpm33b_meters: { exclude_device_ids: [ID], upload_frequency_seconds: 300 } };
    const flow = flowOf(excluding);
    flow.restore(ID, kept.get(ID)!);
    online(flow, 0);
    hear(flow, 10);
    expect(commands()).toEqual(['0000=60', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([]);
    expect(kept.get(ID)).toBeNull();
  });

  it('knows nothing of a meter that was excluded before: it is new when it is not any more', () => {
    const before = flowOf();
    online(before, 0);
    hear(before, 0);
    before.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { exclude_device_ids: [ID] } })));
    expect(kept.get(ID)).toBeNull();
    before.reconfigure(configFlowSettings(configOf()));
    hear(before, 10);
    expect(commands()).toEqual(['0000=60', '0000=60']);
  });
});

describe('the internal broker', () => {
  it('gets a command again whose answer may have been lost with the connection, without an alert', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.offline();
    expect(flow.dueMs).toBeNull();
    online(flow, 60_000);
    expect(commands()).toEqual(['0000=60', '0000=60']);
    expect(sent[0]?.oprid).not.toBe(sent[1]?.oprid);
    expect(flow.dueMs).toBe(63_000);
    expect(told).toEqual([]);
  });
});

describe('a configuration that changes', () => {
  it('while a command is under way waits for its answer, then sends the new values', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { upload_frequency_seconds: 600 } })));
    expect(commands()).toEqual(['0000=60']);
    answer(flow, 200);
    answer(flow, 300);
    answer(flow, 400);
    expect(commands()).toEqual(['0000=60', '0000=600', '0001=1']);
    expect(told.map(({ outcome }) => outcome)).toEqual(['ack', 'ack', 'ack']);
  });

  it('while a command is under way that breaks off with the connection sends each value once', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { upload_frequency_seconds: 600 } })));
    flow.offline();
    online(flow, 100);
    answer(flow, 200);
    answer(flow, 300);
    expect(commands()).toEqual(['0000=60', '0000=600', '0001=1']);
    expect(flow.size.pending).toBe(0);
  });

  it('while a command is under way that is not answered wants answers to the new values alone', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { upload_frequency_seconds: 600 } })));
    tick(flow, 3_000);
    answer(flow, 3_100);
    answer(flow, 3_200);
    expect(commands()).toEqual(['0000=60', '0000=600', '0001=1']);
    expect([...flow.silentMeters()]).toEqual([]);
    expect(kept.get(ID)?.silent).toEqual([]);
  });

  it('ends all business with a meter that is excluded', () => {
    const flow = flowOf();
    online(flow, 0);
    hear(flow, 0);
    flow.reconfigure(configFlowSettings(configOf({ kpm33b_meters: { exclude_device_ids: [ID] } })));
    tick(flow, 10_000);
    hear(flow, 10_000);
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
