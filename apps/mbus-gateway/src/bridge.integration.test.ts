import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Broker,
  collect,
  conformancePath,
  hasRealBroker,
  startApp,
  startBroker,
  violations,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulatedHouse } from './bridge.fixture.ts';

const isReal = await hasRealBroker();
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const FAST = { tcp_latency: '50ms', answer_timeout: '100ms' };

describe('mbus-gateway', () => {
  it('publishes what the meters of a line tell, each under its own name', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using house = await simulatedHouse({ echo: true });
    const { address } = house;
    const config = bridgeConfig(broker.url, [
      { id: 'heat', name: 'Heat', address, meter: '111122222D2C0104', ...FAST },
      { id: 'water', address, meter: '11512223', ...FAST },
      { id: 'power', address, meter: 9, ...FAST },
    ]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    const heat = await seen.next(({ topic }) => topic === 'meters/mbus/heat');
    expect(JSON.parse(heat.payload)).toEqual({
      time: expect.stringMatching(/^20\d\d-.*[+-]\d\d:\d\d$/),
      meter: {
        id: 'heat',
        type: 'mbus',
        name: 'Heat',
        manufacturer: 'KAM',
        model: 'heat meter',
        serial_number: '11112222',
      },
      energy: 1234,
      volume: 56.789,
      flow_temperature: 61.2,
      status: 'ok',
    });
    const water = await seen.next(({ topic }) => topic === 'meters/mbus/water');
    expect(water.payload).toContain('"volume":12345.678');
    const power = await seen.next(({ topic }) => topic === 'meters/mbus/power');
    expect(JSON.parse(power.payload)).toMatchObject({
      energy_import: 987.654,
      voltage_phase_l1: 230.1,
      voltage_phase_l2: -0.1,
    });
    for (const id of ['heat', 'water', 'power']) {
      const { payload } = await seen.next(({ topic }) => topic === `meters/mbus/${id}/availability`);
      expect([id, payload]).toEqual([id, 'online']);
    }
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('goes on with the other meters when one is dead, and says so', async () => {
    await using seen = await collect(broker, 'meters/mbus/alive/#');
    await using house = await simulatedHouse();
    const { address } = house;
    const config = bridgeConfig(
      broker.url,
      [
        { id: 'dead', address, meter: 200, interval: '1s', ...FAST },
        { id: 'alive', address, meter: 9, interval: '1s', ...FAST },
        { id: 'twins', address, meter: 5, interval: '1s', ...FAST },
      ],
      { log: { format: 'json' }, breaker: { failures: 2 } },
    );
    await using app = await startApp('mbus-gateway', ['run'], { config });
    for (let reading = 0; reading < 3; reading++)
      await seen.next(({ topic }) => topic === 'meters/mbus/alive');
    const dead = await app.log(({ err }) => err?.code === 'meter/no-answer');
    expect(dead.err?.hint).not.toContain('optical');
    await app.log(({ err }) => err?.code === 'meter/collision');
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('finds meters by itself and reads them', async () => {
    await using seen = await collect(broker, 'meters/mbus/#');
    await using house = await simulatedHouse();
    const { address } = house;
    const config = bridgeConfig(broker.url, [
      { id: 'power', address, meter: 9, ...FAST },
      { id: 'cellar', address, meter: 'all', tcp_latency: '50ms', answer_timeout: '50ms' },
    ]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    for (const address of ['111122222D2C0104', '115122232D2C0107']) {
      const { payload } = await seen.next(({ topic }) => topic === `meters/mbus/cellar_${address}`, 15_000);
      expect(JSON.parse(payload).meter.serial_number).toBe(address.slice(0, 8));
    }
    // The one that is configured by its primary address is read once only.
    expect(seen.messages.map(({ topic }) => topic).filter((topic) => topic.includes('00001234'))).toEqual([]);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('reads what it found before at once after a restart', async () => {
    const store = join(await mkdtemp(join(tmpdir(), 'mbus-')), 'store.db');
    await using house = await simulatedHouse();
    const more = { tcp_latency: '50ms', answer_timeout: '50ms' };
    const config = bridgeConfig(broker.url, [{ id: 'kept', address: house.address, meter: 'all', ...more }], {
      store: { path: store },
    });
    const isPower = ({ topic }: { readonly topic: string }) => topic === 'meters/mbus/kept_00001234A8150102';
    {
      await using seen = await collect(broker, 'meters/mbus/#');
      await using app = await startApp('mbus-gateway', ['run'], { config });
      await seen.next(isPower, 15_000);
      app.process.kill('SIGTERM');
      await app.exit;
    }
    // A search would take longer than this: nobody answers on this line but those who are asked by name.
    const slow = { ...more, answer_timeout: '5s' };
    const again = bridgeConfig(broker.url, [{ id: 'kept', address: house.address, meter: 'all', ...slow }], {
      store: { path: store },
    });
    await using seen = await collect(broker, 'meters/mbus/kept_00001234A8150102');
    await using app = await startApp('mbus-gateway', ['run'], { config: again });
    await seen.next(({ retain }) => !retain);
    app.process.kill('SIGTERM');
    await app.exit;
    await rm(dirname(store), { recursive: true });
  });

  it.skipIf(conformancePath('homeassistant') === null)(
    'tells Home Assistant what it can understand',
    async () => {
      await using seen = await collect(broker, 'homeassistant/#');
      await using house = await simulatedHouse();
      const config = bridgeConfig(broker.url, [
        { id: 'ha_heat', address: house.address, meter: '11112222', history: true, limits: true, ...FAST },
      ]);
      await using app = await startApp('mbus-gateway', ['run'], { config });
      const { topic, payload } = await seen.next((one) => one.payload.includes('111122222D2C0104'));
      expect(violations(topic, payload)).toEqual([]);
      expect(Object.values(JSON.parse(payload).components)).toHaveLength(7);
      app.process.kill('SIGTERM');
      await app.exit;
    },
  );

  it('refuses a second entry for the same meter, and leaves alone what the first one has published', async () => {
    await using seen = await collect(broker, 'meters/mbus/#');
    await using house = await simulatedHouse();
    const { address } = house;
    const twins = [
      { id: 'first', address, meter: 9, interval: '1s', ...FAST },
      { id: 'second', address, meter: '00001234', interval: '1s', ...FAST },
    ];
    const config = bridgeConfig(broker.url, twins, { log: { format: 'json' } });
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await app.log(({ err }) => err?.code === 'meter/duplicate');
    expect(app.stdout.join()).toContain('second is the meter that is read as first already');
    for (let reading = 0; reading < 3; reading++)
      await seen.next(({ topic }) => topic === 'meters/mbus/first');
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    expect(seen.messages.filter(({ topic }) => topic.includes('/second'))).toEqual([]);
    expect(seen.messages.filter(({ topic, payload }) => topic.includes('/first') && payload === '')).toEqual(
      [],
    );
  });

  it('writes more to its log, and reads a meter more often, when it is told to', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using told = await collect(broker, 'homeassistant/#');
    await using house = await simulatedHouse();
    const meter = { id: 'paced', address: house.address, meter: 9, ...FAST };
    const config = bridgeConfig(broker.url, [meter], { log: { format: 'json' } });
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await seen.next(({ topic }) => topic === 'meters/mbus/paced');
    const { payload } = await told.next((one) => one.topic.endsWith('/mbus-gateway/config'));
    const { set_log_level: select } = JSON.parse(payload).components;
    expect(select).toMatchObject({ platform: 'select', options: expect.arrayContaining(['debug', 'info']) });
    const result = async (topic: string, text: string) => {
      await seen.publish(topic, text);
      const answer = await seen.next((one) => one.topic === topic.replace(/set$/, 'result'));
      return JSON.parse(answer.payload).state;
    };
    const info = async (wanted: (told: { log_level: string; meters: { interval_s: number }[] }) => boolean) =>
      await seen.next(({ topic, payload }) => topic.endsWith('/info') && wanted(JSON.parse(payload)));
    expect(await result(select.command_topic, 'loud')).toBe('failed');
    expect(await result(select.command_topic, 'debug')).toBe('done');
    await info(({ log_level }) => log_level === 'debug');
    expect(await result('meters/mbus/paced/interval/set', '5')).toBe('failed');
    expect(await result('meters/mbus/paced/interval/set', '10')).toBe('done');
    await info(({ meters }) => meters.some(({ interval_s }) => interval_s === 10));
    // Without the command the next reading would come after a quarter of an hour.
    await seen.next(({ topic }) => topic === 'meters/mbus/paced', 60_000);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it.skipIf(!isReal)('reads again after the line was cut', async () => {
    await using seen = await collect(broker, 'meters/mbus/cut');
    let house = await simulatedHouse();
    const { tcpPort } = house;
    const meter = { id: 'cut', address: house.address, meter: 9, interval: '1s', ...FAST };
    await using app = await startApp('mbus-gateway', ['run'], { config: bridgeConfig(broker.url, [meter]) });
    await seen.next();
    await house[Symbol.asyncDispose]();
    house = await simulatedHouse({ tcp: { host: '127.0.0.1', tcpPort: tcpPort ?? 0 } });
    const before = seen.messages.length;
    await seen.next(() => seen.messages.length > before, 30_000);
    await house[Symbol.asyncDispose]();
    app.process.kill('SIGTERM');
    await app.exit;
  });
});
