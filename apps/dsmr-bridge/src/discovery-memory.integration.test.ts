import { type Broker, collect, freePort, startBroker } from '@meterbridge/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tcpMeter, telegram } from './bridge.fixture.ts';
import { type ConfigFolder, configFolder, retained, runFrom } from './reload.fixture.ts';

let broker: Broker;
let meter: Awaited<ReturnType<typeof tcpMeter>>;
beforeEach(async () => {
  broker = await startBroker();
  meter = await tcpMeter();
});
afterEach(async () => {
  await meter[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

const ELECTRICITY = 'homeassistant/device/dsmr-bridge/E0049007642154220/config';
const GAS = 'homeassistant/device/dsmr-bridge/G0039001744142017/config';

interface Setting {
  readonly more?: object;
  readonly mqtt?: object;
  readonly meters?: object;
}

/** A broker, a folder, and configurations for it. */
function write(folder: ConfigFolder, { more = {}, mqtt = {}, meters = {} }: Setting = {}): void {
  const address = `tcp://127.0.0.1:${meter.tcpPort}`;
  folder.write('bridge.yaml', {
    mqtt: { url: broker.url, ...mqtt },
    http: { enabled: false },
    store: { path: folder.file('bridge.db') },
    meters: [{ id: 'dsmr_main', name: 'House', address, ...meters }],
    ...more,
  });
}

/** Runs the bridge until it has published what the meter tells, if that does, and all that waits is confirmed. */
async function run(folder: ConfigFolder, isSilent = false): Promise<void> {
  await using app = await runFrom(folder);
  await app.log(({ msg }) => msg === 'connected to the broker');
  if (!isSilent) {
    await using seen = await collect(broker, '+/dsmr/+');
    await meter.connected();
    meter.send(telegram('00.196'));
    await seen.next(({ topic, retain }) => topic.endsWith('dsmr_main_gas') && !retain);
  }
  app.process.kill('SIGTERM');
  expect(await app.exit).toBe(0);
}

/** What the broker keeps, by topic. */
async function kept(): Promise<ReadonlyMap<string, string>> {
  await using seen = await collect(broker, '#');
  await seen.publish('end', 'x');
  await seen.next(({ topic }) => topic === 'end');
  return retained(seen);
}

const matching = (topics: ReadonlyMap<string, string>, part: string): readonly string[] =>
  [...topics.keys()].filter((topic) => topic.includes(part)).toSorted();

describe('after a restart', () => {
  it('nothing of a silent meter is gone', async () => {
    using folder = configFolder();
    write(folder);
    await run(folder);
    const before = await kept();
    await run(folder, true);
    const after = await kept();
    for (const topic of before.keys()) expect([topic, after.has(topic)]).toEqual([topic, true]);
    expect(after.get(ELECTRICITY)).toBe(before.get(ELECTRICITY));
  });

  it('a meter that is silent from then on is offline in time', async () => {
    using folder = configFolder();
    const port = await freePort();
    write(folder, { meters: { expire_after: '1s' }, more: { http: { port } } });
    await run(folder);
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main/availability');
    await using app = await runFrom(folder);
    await app.log(({ msg }) => msg === 'connected to the broker');
    await seen.next(({ payload, retain }) => payload === 'offline' && !retain);
    const response = await fetch(`http://127.0.0.1:${port}/status`);
    const unheard = { online: false, age_s: null, time: null, values: [] };
    expect(JSON.parse(await response.text()).meters).toContainEqual(
      expect.objectContaining({ id: 'dsmr_main', line: 'dsmr_main', ...unheard }),
    );
  });

  it('a parameter that was left out meanwhile is gone, also from Home Assistant', async () => {
    using folder = configFolder();
    write(folder);
    await run(folder);
    write(folder, { meters: { exclude: ['instantaneous_voltage_l1'], rename: { gas_provided: 'gas' } } });
    await using seen = await collect(broker, ELECTRICITY);
    await run(folder);
    const topics = await kept();
    expect(matching(topics, 'instantaneous_voltage_l1')).toEqual([]);
    expect(matching(topics, 'dsmr_main/gas')).toEqual(['meters/dsmr/dsmr_main/gas']);
    const messages = seen.messages.map(({ payload }) => JSON.parse(payload).components);
    const orders = messages.filter(
      ({ instantaneous_voltage_l1: one }) => one && Object.keys(one).length === 1,
    );
    expect(orders.length).toBeGreaterThan(0);
    expect(Object.keys(messages.at(-1))).not.toContain('instantaneous_voltage_l1');
    expect(Object.keys(messages.at(-1))).toContain('electricity_used_tariff_2');
  });

  it('a meter that is not in the configuration any more is gone, with the one behind it', async () => {
    using folder = configFolder();
    write(folder);
    await run(folder);
    write(folder, { meters: { id: 'other' } });
    await run(folder, true);
    const topics = await kept();
    expect(matching(topics, 'dsmr_main')).toEqual([]);
    expect([topics.has(ELECTRICITY), topics.has(GAS)]).toEqual([false, false]);
  });

  it('Home Assistant is told of nothing any more when it is switched off, and of all when it is on again', async () => {
    using folder = configFolder();
    write(folder);
    await run(folder);
    write(folder, { more: { homeassistant: { enabled: false } } });
    await run(folder, true);
    const topics = await kept();
    expect(matching(topics, 'homeassistant/')).toEqual([]);
    expect(topics.has('meters/dsmr/dsmr_main')).toBe(true);
    write(folder);
    await run(folder, true);
    expect(matching(await kept(), 'homeassistant/')).toHaveLength(3);
  });

  it('other topics take the place of the old ones', async () => {
    using folder = configFolder();
    write(folder);
    await run(folder);
    const more = { homeassistant: { discovery_prefix: 'ha' } };
    write(folder, { more, mqtt: { base_topic: 'house' } });
    await run(folder);
    const topics = await kept();
    expect([...matching(topics, 'meters/'), ...matching(topics, 'homeassistant/')]).toEqual([]);
    expect(matching(topics, 'ha/device/')).toHaveLength(3);
    expect(topics.get('house/bridge/dsmr-bridge/state')).toBe('offline');
  });
});

describe('while it runs', () => {
  it('a parameter that is left out from now on is gone', async () => {
    using folder = configFolder();
    write(folder);
    await using seen = await collect(broker, '#');
    await using app = await runFrom(folder);
    await app.log(({ msg }) => msg === 'connected to the broker');
    await meter.connected();
    meter.send(telegram('00.196'));
    await seen.next(({ topic, retain }) => topic === 'meters/dsmr/dsmr_main_gas' && !retain);
    write(folder, { meters: { exclude: ['current_electricity_usage'] } });
    await seen.next(({ topic, payload }) => topic.endsWith('/current_electricity_usage') && payload === '');
    const order = await seen.next(
      ({ topic, payload }) =>
        topic === ELECTRICITY && payload.includes('"current_electricity_usage":{"platform":"sensor"}'),
    );
    expect(JSON.parse(order.payload).components.electricity_used_tariff_1.unit_of_measurement).toBe('kWh');
    await seen.next(
      ({ topic, payload }) => topic === ELECTRICITY && !payload.includes('"current_electricity_usage"'),
    );
    await meter.connected();
    meter.send(telegram('00.197'));
    const json = await seen.next(
      ({ topic, payload }) =>
        topic === 'meters/dsmr/dsmr_main' && !payload.includes('current_electricity_usage'),
    );
    expect(JSON.parse(json.payload).electricity_used_tariff_1).toBe(4512.345);
  });
});
