import { type Broker, collect, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, tcpMeter, telegram } from './bridge.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const SHAPE = {
  include: ['current_electricity_usage', 'electricity_used_tariff_1', 'gas_provide'],
  rename: { current_electricity_usage: 'power' },
  multiply: { current_electricity_usage: '1000 W' },
  names: { current_electricity_usage: 'Power from the grid' },
  behind: { dsmr_main_gas: { rename: { gas_reading: 'volume' } } },
};

describe('dsmr-bridge publishes values as the configuration wants them', () => {
  it('in JSON, on attribute topics and in discovery', async () => {
    await using seen = await collect(broker, '#');
    await using meter = await tcpMeter();
    const config = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`, SHAPE);
    await using app = await startApp('dsmr-bridge', ['run'], { config });
    await meter.connected();
    meter.send(telegram('00.196'));

    const json = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main');
    expect(Object.keys(JSON.parse(json.payload))).toEqual([
      'time',
      'meter',
      'electricity_used_tariff_1',
      'power',
    ]);
    expect(json.payload).toContain('"power":196}');
    const attribute = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main/power');
    expect(attribute.payload).toBe('196');
    const gas = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main_gas');
    expect(JSON.parse(gas.payload)).toMatchObject({ volume: 9916.665 });
    const discovery = await seen.next(({ topic }) => topic.includes('E0049007642154220'));
    const { power, ...others } = JSON.parse(discovery.payload).components;
    expect(power).toMatchObject({
      name: 'Power from the grid',
      unit_of_measurement: 'W',
      device_class: 'power',
      suggested_display_precision: 0,
    });
    expect(Object.keys(others)).toEqual(['electricity_used_tariff_1', 'time', 'reachable']);
    const warning = await app.log(({ err }) => err?.code === 'config/unmatched');
    expect(warning.err).toMatchObject({
      message:
        'dsmr_main: there is no parameter gas_provide in the first reading; did you mean gas_provided?',
    });
  });

  it('and reads them so without MQTT', async () => {
    await using meter = await tcpMeter();
    const config = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`, SHAPE);
    await using app = await startApp('dsmr-bridge', ['read'], { config });
    await meter.connected();
    meter.send(telegram('00.196'));
    const line = await app.line((text) => text.includes('"dsmr_main"'));
    expect(line).toContain('"power":{"value":196,"unit":"W"}');
    expect(await app.exit).toBe(0);
  });
});
