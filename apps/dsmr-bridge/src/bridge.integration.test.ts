import {
  type Broker,
  type CollectedMessage,
  collect,
  conformancePath,
  hasRealBroker,
  startApp,
  startBroker,
  violations,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, tcpMeter, telegram } from './bridge.fixture.ts';

const isReal = await hasRealBroker();
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

async function startBridge(meter: { readonly tcpPort: number }) {
  const config = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`);
  return await startApp('dsmr-bridge', ['run'], { config });
}

const IDENTITY = {
  id: 'dsmr_main',
  type: 'dsmr',
  name: 'House',
  manufacturer: 'Iskraemeco',
  model: 'M550T-1012',
  serial_number: 'E0049007642154220',
};

describe('dsmr-bridge', () => {
  it('turns a telegram into the messages that the documents promise', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using meter = await tcpMeter();
    await using app = await startBridge(meter);
    await meter.connected();
    meter.send(telegram('00.196'));

    const json = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main');
    // The digits are those that the meter sent, so the text is compared, too.
    expect(json.payload).toContain('"electricity_used_tariff_1":4512.345,');
    expect(json.payload).toContain('"instantaneous_voltage_l1":230.0,');
    expect(JSON.parse(json.payload)).toEqual({
      time: '2026-01-31T13:05:00+01:00',
      meter: IDENTITY,
      p1_message_header: '50',
      p1_message_timestamp: '2026-01-31T13:05:00+01:00',
      equipment_identifier: 'E0049007642154220',
      electricity_used_tariff_1: 4512.345,
      electricity_used_tariff_2: 5209.876,
      current_electricity_usage: 0.196,
      instantaneous_voltage_l1: 230,
      voltage_l1: 230,
      electricity_active_import_total: 9722.221,
      gas_provided: 9916.665,
    });
    const gas = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main_gas');
    expect(JSON.parse(gas.payload)).toMatchObject({
      time: '2026-01-31T13:00:00+01:00',
      gas_reading: 9916.665,
    });
    const attributes: Readonly<Record<string, string>> = {
      'dsmr_main/current_electricity_usage': '0.196',
      'dsmr_main/instantaneous_voltage_l1': '230.0',
      'dsmr_main/voltage_l1': '230.0',
      'dsmr_main/electricity_active_import_total': '9722.221',
      'dsmr_main/gas_provided': '9916.665',
      'dsmr_main/p1_message_timestamp': '2026-01-31T13:05:00+01:00',
      'dsmr_main/availability': 'online',
      'dsmr_main_gas/gas_reading': '9916.665',
      'dsmr_main_gas/availability': 'online',
    };
    for (const [topic, payload] of Object.entries(attributes)) {
      const message = await seen.next((one) => one.topic === `meters/dsmr/${topic}`);
      expect([topic, message.payload, message.qos]).toEqual([topic, payload, 1]);
    }
    expect((await seen.next(({ topic }) => topic === 'meters/bridge/dsmr-bridge/state')).payload).toBe(
      'online',
    );

    // What is retained is what a subscriber that comes later gets.
    await using later = await collect(broker, 'meters/#');
    const kept = await later.next(({ topic }) => topic === 'meters/dsmr/dsmr_main/current_electricity_usage');
    expect([kept.payload, kept.retain]).toEqual(['0.196', true]);
    app.process.kill('SIGTERM');
    await app.exit;
  });

  it('announces the meters to Home Assistant, the one behind the port as a device of its own', async () => {
    await using seen = await collect(broker, 'homeassistant/#');
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter);
    await meter.connected();
    meter.send(telegram('00.196'));
    const electricity = await seen.next(({ topic }) => topic.includes('E0049007642154220'));
    const gas = await seen.next(({ topic }) => topic.includes('G0039001744142017'));
    expect(gas.retain || gas.qos).toBeTruthy();
    const { device, components } = JSON.parse(gas.payload);
    expect(device.via_device).toBe(JSON.parse(electricity.payload).device.identifiers[0]);
    expect(components.gas_reading).toMatchObject({
      device_class: 'gas',
      unit_of_measurement: 'm³',
      state_class: 'total_increasing',
    });
    if (!conformancePath('homeassistant')) return;
    for (const { topic, payload } of [electricity, gas]) expect(violations(topic, payload)).toEqual([]);
  });

  it('answers when Home Assistant starts', async () => {
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter);
    await meter.connected();
    meter.send(telegram('00.196'));
    await using seen = await collect(broker, 'homeassistant/#');
    await seen.next(({ topic }) => topic.includes('E0049007642154220'));
    await using homeAssistant = await collect(broker, 'homeassistant/device/#');
    await homeAssistant.next(({ topic, retain }) => topic.includes('E0049007642154220') && retain);
    await homeAssistant.publish('homeassistant/status', 'online');
    const again = await homeAssistant.next(
      ({ topic, retain }) => topic.includes('E0049007642154220') && !retain,
    );
    expect(JSON.parse(again.payload).components.current_electricity_usage.unit_of_measurement).toBe('kW');
  });

  it('is told to be offline by the broker when it is killed', async () => {
    await using seen = await collect(broker, 'meters/bridge/#');
    await using meter = await tcpMeter();
    await using app = await startBridge(meter);
    await seen.next(({ payload, retain }) => payload === 'online' && !retain);
    app.process.kill('SIGKILL');
    expect(await app.exit).toBe('SIGKILL');
    await seen.next(({ payload, retain }) => payload === 'offline' && !retain);
  });

  it('says goodbye when it is stopped, and exits with 0', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using meter = await tcpMeter();
    await using app = await startBridge(meter);
    await meter.connected();
    meter.send(telegram('00.196'));
    await seen.next(({ topic, retain }) => topic === 'meters/dsmr/dsmr_main' && !retain);
    app.process.kill('SIGTERM');
    await seen.next(
      ({ topic, payload, retain }) => topic.endsWith('/state') && payload === 'offline' && !retain,
    );
    expect(await app.exit).toBe(0);
  });

  it.skipIf(!isReal)(
    'loses no reading while the broker is away, and never shows an old one as live',
    async () => {
      await using other = await startBroker({ persistence: true });
      // A subscriber with a session: what comes before it is back waits for it at the broker.
      await using seen = await collect(other, 'meters/#', { clean: false, clientId: 'ledger' });
      await using meter = await tcpMeter();
      const config = bridgeConfig(other.url, `tcp://127.0.0.1:${meter.tcpPort}`);
      await using app = await startApp('dsmr-bridge', ['run'], { config });
      await meter.connected();
      meter.send(telegram('00.001', '260131130501W'));
      await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main');
      await other.stop();
      await app.log(({ msg }) => msg === 'no connection to the broker');
      for (const second of ['02', '03', '04']) meter.send(telegram(`00.0${second}`, `2601311305${second}W`));
      meter.hangUp();
      await app.log(({ err }) => err?.code === 'link/lost');
      await other.start();
      const power = ({ payload }: { readonly payload: string }): number =>
        JSON.parse(payload).current_electricity_usage;
      // The broker may have stopped before it confirmed the first one: then that comes once more.
      const isNew = (message: CollectedMessage): boolean =>
        !message.retain &&
        /^meters\/dsmr\/dsmr_main(\/backlog)?$/.test(message.topic) &&
        power(message) !== 0.001;
      const live = await seen.next(isNew, 30_000);
      expect([live.topic, power(live)]).toEqual(['meters/dsmr/dsmr_main', 0.004]);
      const late: (readonly [topic: string, power: number])[] = [];
      while (late.length < 2) {
        const message = await seen.next(isNew);
        late.push([message.topic, power(message)]);
      }
      expect(late).toEqual([
        ['meters/dsmr/dsmr_main/backlog', 0.002],
        ['meters/dsmr/dsmr_main/backlog', 0.003],
      ]);
    },
  );
});
