import { encodeP1 } from '@meterbridge/core/frames';
import { type Broker, collect, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, type TcpMeter, tcpMeter, telegram } from './bridge.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

async function run(meter: TcpMeter, keys: object, command = 'run', ...options: readonly string[]) {
  const config = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`, keys);
  const app = await startApp('dsmr-bridge', [command, ...options], { config });
  await meter.connected();
  return app;
}

const HEADER = 'ISK5\\2M550T-1012';
const UNKNOWN = encodeP1(HEADER, [
  '0-0:1.0.0(260131130500W)',
  '1-0:1.7.0(00.321*kW)',
  '1-0:200.7.0(1500*W)',
  '0-0:96.5.99(hello)',
]);

describe('a meter that sends every second', () => {
  it('is published when its power leaves the deadband', async () => {
    await using seen = await collect(broker, 'meters/dsmr/thin');
    await using meter = await tcpMeter();
    await using app = await run(meter, { id: 'thin', deadband: { power: 0.1 } });
    await app.log(({ msg }) => msg === 'connected to the broker');
    for (const [at, power] of ['01.000', '01.050', '01.090', '01.101', '01.150', '00.500'].entries())
      meter.send(telegram(power, `26013113050${at}W`));
    const power = ({ payload }: { readonly payload: string }) =>
      JSON.parse(payload).current_electricity_usage;
    await seen.next((message) => power(message) === 0.5);
    expect(seen.messages.map(power)).toEqual([1, 1.101, 0.5]);
  });
});

describe('objects that are in no table', () => {
  it('are listed, and published when they are asked for', async () => {
    await using seen = await collect(broker, 'meters/dsmr/extra');
    await using meter = await tcpMeter();
    await using _app = await run(meter, { id: 'extra', extra: ['1-0:200.7.0'] });
    meter.send(UNKNOWN);
    const { payload } = await seen.next(({ retain }) => !retain);
    const { time: _time, meter: _meter, ...values } = JSON.parse(payload);
    expect(values).toMatchObject({
      obis_1_0_200_7_0: 1.5,
      unknown_object_count: 2,
      unknown_objects: '1-0:200.7.0 0-0:96.5.99',
    });
    expect(values).not.toHaveProperty('obis_0_0_96_5_99');
  });

  it('are all printed by read --all', async () => {
    await using meter = await tcpMeter();
    await using app = await run(meter, {}, 'read', '--all');
    meter.send(UNKNOWN);
    expect(await app.exit).toBe(0);
    const { values } = JSON.parse(app.stdout[0]!);
    expect(values).toMatchObject({
      obis_1_0_200_7_0: { value: 1.5, unit: 'kW' },
      obis_0_0_96_5_99: { value: 'hello', unit: null },
    });
  });
});

describe('the names of Meter2MQTT', () => {
  it('are topics, each with its value', async () => {
    await using seen = await collect(broker, 'meters/dsmr/names/#');
    await using meter = await tcpMeter();
    await using _app = await run(meter, { id: 'names' });
    meter.send(
      encodeP1(HEADER, [
        '1-0:1.8.1(000001.001*kWh)',
        '1-0:1.8.2(000002.002*kWh)',
        '1-0:2.8.1(000003.003*kWh)',
        '1-0:2.8.2(000004.004*kWh)',
        '1-0:1.7.0(00.005*kW)',
        '1-0:2.7.0(00.006*kW)',
        ...[1, 2, 3].flatMap((phase) => [
          `1-0:${12 + 20 * phase}.7.0(230.${phase}*V)`,
          `1-0:${11 + 20 * phase}.7.0(00${phase}*A)`,
          `1-0:${2 + 20 * phase}.7.0(00.00${phase}*kW)`,
        ]),
        '0-1:24.1.0(003)',
        '0-1:24.2.1(260131130000W)(00007.008*m3)',
      ]),
    );
    const wanted = {
      current_electricity_usage: '0.005',
      current_electricity_delivery: '0.006',
      electricity_used_tariff_1: '1.001',
      electricity_used_tariff_2: '2.002',
      electricity_delivered_tariff_1: '3.003',
      electricity_delivered_tariff_2: '4.004',
      electricity_active_import_total: '3.003',
      electricity_active_export_total: '7.007',
      gas_provided: '7.008',
      voltage_l1: '230.1',
      voltage_l2: '230.2',
      voltage_l3: '230.3',
      current_l1: '1',
      current_l2: '2',
      current_l3: '3',
      power_generated_l1: '1',
      power_generated_l2: '2',
      power_generated_l3: '3',
    };
    const got: Record<string, string> = {};
    for (const name of Object.keys(wanted)) {
      const { payload } = await seen.next(({ topic }) => topic === `meters/dsmr/names/${name}`);
      got[name] = payload;
    }
    expect(got).toEqual(wanted);
  });
});
