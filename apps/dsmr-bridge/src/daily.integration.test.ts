import {
  type Broker,
  type Collector,
  collect,
  freePort,
  hasSystemdNotify,
  notifySocket,
  startApp,
  startBroker,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, type TcpMeter, tcpMeter, telegram } from './bridge.fixture.ts';
import { configFolder, logOf, runFrom } from './reload.fixture.ts';

const WAIT = { timeout: 15_000 };
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

/** @param base of the topics: what other tests have left at the broker is elsewhere */
function configOf(meter: TcpMeter, base: string) {
  const config = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`);
  return { ...config, mqtt: { ...config.mqtt, base_topic: base } };
}

async function infoFrom(seen: Collector) {
  const message = await seen.next(({ topic }) => topic === 'told/bridge/dsmr-bridge/info');
  return { message, info: JSON.parse(message.payload) };
}

describe.skipIf(!hasSystemdNotify)('dsmr-bridge under systemd', () => {
  it('tells when it is ready, that it lives, how it is doing, and when it stops', async () => {
    await using socket = await notifySocket();
    await using meter = await tcpMeter();
    const env = { NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: '200000' };
    await using app = await startApp('dsmr-bridge', ['run'], { config: configOf(meter, 'watched'), env });
    await meter.connected();
    meter.send(telegram('00.196'));
    await expect.poll(() => socket.text, WAIT).toContain('STATUS=2 of 2 meters online');
    await expect.poll(() => socket.text.split('WATCHDOG=1').length, WAIT).toBeGreaterThan(3);
    expect(socket.text.startsWith('READY=1')).toBe(true);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    expect(socket.text).toContain('STOPPING=1');
  });
});

describe('dsmr-bridge day by day', () => {
  it('tells of itself when it connects, and keeps that at the broker', async () => {
    await using seen = await collect(broker, 'told/bridge/#');
    await using meter = await tcpMeter();
    await using app = await startApp('dsmr-bridge', ['run'], { config: configOf(meter, 'told') });
    const { message, info } = await infoFrom(seen);
    expect(info).toMatchObject({ version: expect.stringMatching(/^\d+\./), meters: [], readings: 0 });
    expect(message.qos).toBe(0);
    await app.log(({ msg }) => msg === 'connected to the broker');
    await using later = await collect(broker, 'told/bridge/#');
    expect((await infoFrom(later)).message.retain).toBe(true);
  });

  it('publishes nothing in a dry run, but says what it would', async () => {
    await using seen = await collect(broker, 'dry/#');
    await using meter = await tcpMeter();
    const port = await freePort();
    const config = { ...configOf(meter, 'dry'), http: { port } };
    await using app = await startApp('dsmr-bridge', ['run', '--dry-run'], { config });
    await meter.connected();
    meter.send(telegram('00.196'));
    const sent = (topic: string) => app.log((one) => one.msg === 'would be sent' && one.topic === topic);
    expect(await sent('dry/bridge/dsmr-bridge/state')).toMatchObject({ payload: 'online', retain: true });
    expect((await sent('dry/dsmr/dsmr_main')).payload).toContain('"current_electricity_usage":0.196');
    expect(await sent('dry/dsmr/dsmr_main/availability')).toMatchObject({ payload: 'online' });
    expect((await sent('homeassistant/device/dsmr-bridge/E0049007642154220/config')).retain).toBe(true);
    const get = async (path: string) => await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
    await expect
      .poll(() => get('/health'), WAIT)
      .toMatchObject({
        healthy: true,
        warnings: [{ what: 'dry run: nothing is published' }],
      });
    expect(await get('/status')).toMatchObject({
      broker: { connected: false },
      messages: { delivered: 0, waiting: 0 },
      store: { file: null },
    });
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    expect(seen.messages).toEqual([]);
  });

  it('is not impressed by 10 MB, or by what is no text, where Home Assistant says hello', async () => {
    await using seen = await collect(broker, 'calm/dsmr/#');
    await using meter = await tcpMeter();
    await using app = await startApp('dsmr-bridge', ['run'], { config: configOf(meter, 'calm') });
    await app.log(({ msg }) => msg === 'connected to the broker');
    for (let turn = 0; turn < 3; turn++) {
      await seen.publish('homeassistant/status', Buffer.alloc(10_000_000, 'x'));
      await seen.publish('homeassistant/status', Buffer.of(0xff, 0xfe));
    }
    await app.log(({ err }) => err?.code === 'mqtt/malformed');
    await meter.connected();
    meter.send(telegram('07.654'));
    await seen.next(({ payload }) => payload.includes('"current_electricity_usage":7.654'));
    const codes = app.stdout.flatMap((line) => JSON.parse(line).err?.code ?? []);
    expect(codes.toSorted()).toEqual(['mqtt/malformed', 'mqtt/oversized']);
  });

  it('takes over the level of one component while it runs', async () => {
    await using meter = await tcpMeter();
    using folder = configFolder();
    const config = configOf(meter, 'levels');
    folder.write('bridge.yaml', { ...config, log: { levels: { mqtt: 'silent' } } });
    await using app = await runFrom(folder);
    const next = logOf(app);
    await meter.connected();
    meter.send(telegram('00.196'));
    await next(({ msg }) => msg === 'readings arrive');
    folder.save('bridge.yaml', { ...config, log: { levels: { meters: 'error' } } });
    await next(({ msg }) => msg === 'log level changed');
    meter.hangUp();
    await broker.stop();
    await next(({ msg }) => msg === 'no connection to the broker');
    // Before the broker is there again: from then on the connection is told, too.
    const told = app.stdout.map((line) => JSON.parse(line).msg);
    await broker.start();
    expect(told).not.toContain('connected to the broker');
    expect(told).not.toContain('reading failed');
  });

  it('refuses a component that it does not know', async () => {
    await using meter = await tcpMeter();
    const config = { ...configOf(meter, 'typo'), log: { levels: { mqqt: 'debug' } } };
    await using app = await startApp('dsmr-bridge', ['check'], { config });
    expect(await app.exit).toBe(78);
    expect(app.stderr.join('\n')).toContain('log.levels.mqqt: is not a key; did you mean "mqtt"?');
  });
});
