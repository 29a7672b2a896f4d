import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenTcp } from '@meterbridge/core/transport';
import {
  type Broker,
  collect,
  conformancePath,
  startApp,
  startBroker,
  violations,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LOCAL, simulatedDtu } from './dtu.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

async function startBridge(meters: readonly object[], more: object = {}) {
  const config = { mqtt: { url: broker.url }, http: { enabled: false }, meters, ...more };
  return await startApp('hoymiles-bridge', ['run'], { config });
}

describe('hoymiles-bridge', () => {
  it('turns a plant into the messages that the documents promise', async () => {
    await using seen = await collect(broker, '#');
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    await using app = await startBridge([{ id: 'roof', host: '127.0.0.1', port: dtu.modbusPort }]);
    const plant = await seen.next(({ topic }) => topic === 'meters/hoymiles/roof');
    expect(JSON.parse(plant.payload)).toMatchObject({
      meter: { id: 'roof', model: 'DTU-Pro', serial_number: '10f871600831' },
      state: 'producing',
      alarm_flag: 'OFF',
    });
    const inverter = await seen.next(({ topic }) => topic === 'meters/hoymiles/roof_116100000001');
    expect(JSON.parse(inverter.payload)).toMatchObject({ operating_status: 3, alarm_text: 'none' });
    expect(inverter.payload).toMatch(/"port_1_total_production":\d+\.\d{3},/);
    await seen.next(
      ({ topic, payload }) =>
        topic === 'meters/hoymiles/roof_116100000002/availability' && payload === 'online',
    );
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    await seen.next(
      ({ topic, payload }) => topic === 'meters/bridge/hoymiles-bridge/state' && payload === 'offline',
    );
  });

  it.skipIf(conformancePath('homeassistant') === null)(
    'tells Home Assistant what it understands',
    async () => {
      await using seen = await collect(broker, 'homeassistant/#');
      const inverters = [{ serial: '1412a0123456', ports: 2 }];
      await using dtu = await simulatedDtu({ protobuf: LOCAL, dtuSerial: '4143A0123456', inverters });
      await using app = await startBridge([{ id: 'wifi', host: '127.0.0.1', port: dtu.protobufPort }]);
      for (const id of ['4143a0123456', '1412a0123456']) {
        const topic = `homeassistant/device/hoymiles-bridge/${id}/config`;
        const { payload } = await seen.next((message) => message.topic === topic && message.payload !== '');
        expect(violations(topic, payload, { publishIntervalS: 35 })).toEqual([]);
      }
      expect(app.stderr.join('\n')).not.toContain('error');
    },
  );

  it('goes on with the entities of hoymiles-mqtt, and removes those of the other layout', {
    timeout: 60_000,
  }, async () => {
    await using seen = await collect(broker, 'homeassistant/#');
    const inverters = [{ serial: '112100000033', ports: 1 }];
    await using dtu = await simulatedDtu({ modbus: LOCAL, dtuSerial: '10f871600833', inverters });
    const folder = await mkdtemp(join(tmpdir(), 'store-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const meters = [{ id: 'old', host: '127.0.0.1', port: dtu.modbusPort, protocol: 'modbus' }];
    const run = (compatibility: string) =>
      startBridge(meters, { compatibility, store: { path: join(folder, 'bridge.db') } });
    const isOld = (topic: string): boolean => topic.startsWith('homeassistant/sensor/');
    const device = 'homeassistant/device/hoymiles-bridge/112100000033/config';
    {
      await using app = await run('none');
      await seen.next(({ topic, payload }) => topic === device && payload !== '');
      app.process.kill('SIGTERM');
      expect(await app.exit).toBe(0);
    }
    {
      await using app = await run('hoymiles-mqtt');
      await seen.next(({ topic, payload }) => topic === device && payload === '');
      const id = 'hoymiles_mqtt_port_1_112100000033_pv_power';
      await seen.next(({ topic, payload }) => isOld(topic) && payload.includes(id));
      await using late = await collect(broker, 'homeassistant/sensor/#');
      await late.next(({ payload, retain }) => retain && payload.includes(id));
      const state = 'homeassistant/hoymiles_mqtt/112100000033/1/state';
      const { payload } = await seen.next(({ topic }) => topic === state);
      expect(JSON.parse(payload).total_production).toBeGreaterThan(1_000_000);
      app.process.kill('SIGTERM');
      expect(await app.exit).toBe(0);
    }
    await using _app = await run('none');
    await seen.next(
      ({ topic, payload }) =>
        topic === 'homeassistant/sensor/112100000033/port_1_pv_power/config' && payload === '',
    );
  });

  it('runs from the variables of hoymiles-mqtt alone, and says how to make a file of them', async () => {
    await using seen = await collect(broker, 'homeassistant/hoymiles_mqtt/#');
    await using dtu = await simulatedDtu({ modbus: LOCAL, dtuSerial: '10f871600832' });
    const env = {
      MQTT_BROKER: broker.host,
      MQTT_PORT: String(broker.port),
      DTU_HOST: '127.0.0.1',
      DTU_PORT: String(dtu.modbusPort),
      HEALTH_ENABLED: 'false',
    };
    await using app = await startApp('hoymiles-bridge', [], { env });
    const { msg } = await app.log(({ msg }) => String(msg).includes('hoymiles-mqtt'));
    expect(msg).toContain('MQTT_BROKER, MQTT_PORT, DTU_HOST, DTU_PORT');
    const state = 'homeassistant/hoymiles_mqtt/10f871600832/state';
    const { payload } = await seen.next(({ topic }) => topic === state);
    expect(JSON.parse(payload).pv_power).toBeGreaterThan(500);
    await using migrated = await startApp('hoymiles-bridge', ['migrate', '-'], {
      input: `${Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n')}\nLS_COLORS=a\n}\n`,
    });
    expect(await migrated.exit).toBe(0);
    const file = migrated.stdout.join('\n');
    expect(file).toMatch(/^compatibility: hoymiles-mqtt$/m);
    expect(file).toMatch(/^ +host: 127\.0\.0\.1$/m);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('reads the others while one DTU hangs', async () => {
    await using seen = await collect(broker, 'meters/hoymiles/#');
    await using good = await simulatedDtu({ modbus: LOCAL });
    await using silent = await listenTcp(LOCAL, async (link) => {
      for (;;) await link.read({ timeoutMs: 60_000 });
    });
    await using _app = await startBridge([
      { id: 'hanging', host: '127.0.0.1', port: silent.tcpPort, protocol: 'modbus' },
      { id: 'good', host: '127.0.0.1', port: good.modbusPort, protocol: 'modbus' },
    ]);
    await seen.next(({ topic }) => topic === 'meters/hoymiles/good');
  });

  /** A bridge of a DTU that takes commands, and how to send them. */
  async function controlled(protocol: 'modbus' | 'protobuf') {
    await using opened = new AsyncDisposableStack();
    const seen = opened.use(await collect(broker, 'meters/hoymiles/#'));
    const dtu = opened.use(await simulatedDtu({ [protocol]: LOCAL }));
    const port = dtu.modbusPort ?? dtu.protobufPort;
    const meter = { id: protocol, host: '127.0.0.1', port, protocol, cloud: false, interval: '1s' };
    opened.use(await startBridge([{ ...meter, control: { enabled: true } }], { store: { enabled: false } }));
    for (const id of [protocol, `${protocol}_116100000002`])
      await seen.next(({ topic, retain }) => topic === `meters/hoymiles/${id}` && !retain);
    /** All that is told of a command. */
    const send = async (place: string, text: string): Promise<readonly string[]> => {
      const topic = `meters/hoymiles/${place}`;
      await seen.publish(`${topic}/set`, text);
      for (const told: string[] = []; ; ) {
        const { payload } = await seen.next((message) => message.topic === `${topic}/result`);
        const { state, detail = '' } = JSON.parse(payload);
        told.push(`${state} ${detail}`.trim());
        if (state === 'done' || state === 'failed') return told;
      }
    };
    const resources = opened.move();
    return { plant: dtu.plant, dtu, send, [Symbol.asyncDispose]: () => resources.disposeAsync() };
  }

  const TAKEN = ['accepted', 'running the DTU has taken it', 'done'];

  it('takes commands on Modbus, and tells when the inverters show it', async () => {
    await using app = await controlled('modbus');
    const { plant, send } = app;
    expect(await send('modbus_116100000001/power', 'OFF')).toEqual(TAKEN);
    expect([...plant.off]).toEqual(['116100000001']);
    expect(await send('modbus/power', 'ON')).toEqual(TAKEN);
    expect([...plant.off]).toEqual([]);
    expect(await send('modbus/power', 'maybe')).toEqual(['failed "maybe" is neither ON nor OFF']);
  });

  it('takes commands on protobuf, and waits until inverters have done it', async () => {
    await using app = await controlled('protobuf');
    const { plant, dtu, send } = app;
    expect(await send('protobuf/power_limit_watts', '600')).toEqual(['accepted', 'running', 'done']);
    expect([...plant.limits.values()]).toEqual([20, 20]);
    expect(await send('protobuf_116100000002/power', 'OFF')).toEqual(TAKEN);
    expect([...plant.off]).toEqual(['116100000002']);
    expect(await send('protobuf_116100000001/restart', 'PRESS')).toEqual(TAKEN);
    expect(await send('protobuf/restart_dtu', 'PRESS')).toEqual(TAKEN);
    expect(dtu.actions.filter((action) => action < 10)).toEqual([8, 7, 3, 1]);
  });
});
