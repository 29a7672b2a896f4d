import { seededRandom } from '@meterbridge/core/codec';
import {
  type Broker,
  collect,
  conformancePath,
  startApp,
  startBroker,
  until,
  violations,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulated403, tcpHead } from './head.fixture.ts';
import { migrate } from './migrate/index.ts';
import { registerEntries } from './protocol/registers.ts';
import { FaultyHead } from './simulator/faults.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const startBridge = (tcpPort: number, meter: object = {}) =>
  startApp('kamstrup-bridge', ['run'], { config: bridgeConfig(broker.url, tcpPort, meter) });

/** Each test has a meter id of its own, so that nobody takes what another has left at the broker. */
const isReading =
  (id: string) =>
  ({ topic, retain }: { readonly topic: string; readonly retain: boolean }): boolean =>
    topic === `meters/multical/${id}` && !retain;

describe('kamstrup-bridge', () => {
  it('turns the answers of a meter into the messages that the documents promise', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using head = await tcpHead();
    await using _app = await startBridge(head.tcpPort);
    const json = await seen.next(isReading('heat'));
    // The digits are those that the meter sent, so the text is compared, too.
    expect(json.payload).toContain('"energy":305.341,');
    expect(json.payload).toMatch(/"temp1":\d\d\.\d\d,/);
    expect(JSON.parse(json.payload)).toMatchObject({
      meter: {
        id: 'heat',
        type: 'multical',
        name: 'Cellar',
        manufacturer: 'Kamstrup',
        model: 'MULTICAL 403',
        serial_number: '84968362',
      },
      volume: 520.41,
      info: 0,
    });
    for (const [topic, payload] of [
      ['heat/energy', '305.341'],
      ['heat/volume', '520.41'],
      ['heat/info', '0'],
      ['heat/availability', 'online'],
    ]) {
      const message = await seen.next((one) => one.topic === `meters/multical/${topic}`);
      expect([topic, message.payload, message.qos]).toEqual([topic, payload, 1]);
    }
    const state = await seen.next(({ topic }) => topic === 'meters/bridge/kamstrup-bridge/state');
    expect(state.payload).toBe('online');
  });

  it('announces every parameter of a 403 with the unit that the meter sends', async () => {
    await using seen = await collect(broker, 'homeassistant/#');
    await using head = await tcpHead({ meter: simulated403(10_000_001) });
    const parameters = registerEntries.filter(({ isClassic }) => isClassic).map(({ name }) => name);
    await using _app = await startBridge(head.tcpPort, { id: 'all', parameters });
    const message = await seen.next(({ topic }) => topic.includes('10000001'));
    const { components, device } = JSON.parse(message.payload);
    expect(device).toMatchObject({ manufacturer: 'Kamstrup', serial_number: '10000001' });
    for (const name of parameters) expect(components).toHaveProperty(name.toLowerCase());
    expect(components.energy).toMatchObject({
      unit_of_measurement: 'GJ',
      device_class: 'energy',
      state_class: 'total_increasing',
    });
    expect(components.set_interval).toMatchObject({
      platform: 'number',
      command_topic: expect.stringMatching(/\/interval\/set$/),
    });
    expect(components.maxflowdate_m).toMatchObject({ device_class: 'date' });
    if (conformancePath('homeassistant'))
      expect(violations(message.topic, message.payload, { publishIntervalS: 1 })).toEqual([]);
  });

  it('keeps the topics of kamstrup2mqtt, in lower case', async () => {
    await using seen = await collect(broker, 'kamstrup/#');
    await using head = await tcpHead({ meter: simulated403(10_000_002) });
    const { config } = migrate({
      mqtt: { host: broker.host, port: broker.port },
      serial_device: { url: `socket://127.0.0.1:${head.tcpPort}` },
      kamstrup: { parameters: ['energy', 'maxflowDate_m'], version: '403' },
    });
    await using _app = await startApp('kamstrup-bridge', ['run'], {
      config: { ...config, http: { enabled: false } },
    });
    expect((await seen.next(({ topic }) => topic === 'kamstrup/energy')).payload).toBe('305.341');
    const date = await seen.next(({ topic }) => topic === 'kamstrup/maxflowdate_m');
    expect(date.payload).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(seen.messages.map(({ topic }) => topic)).not.toContain('kamstrup/values');
  });

  it('publishes the others when the meter lacks a register, and says so once', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using head = await tcpHead({ meter: simulated403(10_000_003) });
    head.meter.lacking.add(74);
    await using app = await startBridge(head.tcpPort, { id: 'lacking' });
    for (let reading = 0; reading < 3; reading++) {
      const { payload } = await seen.next(isReading('lacking'));
      expect(JSON.parse(payload)).toMatchObject({ energy: 305.341, volume: 520.41 });
      expect(JSON.parse(payload)).not.toHaveProperty('flow');
    }
    const told = app.stdout.filter((line) => line.includes('meter/register-missing'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('flow');
    expect(seen.messages.map(({ topic }) => topic)).not.toContain('meters/multical/lacking/flow');
  });

  it('reads through a head that echoes, damages, drops and is slow, and never tells a false value', async () => {
    await using seen = await collect(broker, 'meters/#');
    const head = new FaultyHead(['crc', 'drop', 'noise', 'slow'], seededRandom(7));
    await using eye = await tcpHead({ meter: simulated403(10_000_004), hasEcho: true, head });
    await using _app = await startBridge(eye.tcpPort, {
      id: 'faulty',
      parameters: ['energy', 'volume', 'info'],
    });
    for (let reading = 0; reading < 3; reading++) {
      const { payload } = await seen.next(isReading('faulty'), 60_000);
      const { energy, volume, info } = JSON.parse(payload);
      // What a house takes in the meantime.
      expect(energy === null || (energy >= 305.341 && energy < 305.36)).toBe(true);
      expect(volume === null || (volume >= 520.41 && volume < 521.5)).toBe(true);
      expect([0, null]).toContain(info);
    }
  }, 200_000);

  it.each([
    ['nothing at all comes back', false, 'meter/no-answer', /sleep/],
    ['only the echo comes back', true, 'meter/echo-only', /sleeps/],
  ])(
    'tells what to do when %s, and is back when the meter wakes',
    async (_what, hasEcho, code, hint) => {
      const id = hasEcho ? 'echo' : 'silent';
      await using seen = await collect(broker, 'meters/#');
      await using head = await tcpHead({ meter: simulated403(hasEcho ? 10_000_005 : 10_000_006), hasEcho });
      head.meter.fallAsleep();
      await using app = await startBridge(head.tcpPort, { id });
      const { err } = await app.log((record) => record.err?.code === code, 30_000);
      expect(err?.hint).toMatch(hint);
      expect(seen.messages.filter(isReading(id))).toEqual([]);
      head.meter.wake();
      await seen.next(isReading(id), 30_000);
      const { payload } = await seen.next(({ topic }) => topic === `meters/multical/${id}/availability`);
      expect(payload).toBe('online');
    },
    60_000,
  );

  it('keeps the port open between readings', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using head = await tcpHead({ meter: simulated403(10_000_007) });
    await using _app = await startBridge(head.tcpPort, { id: 'open' });
    for (let reading = 0; reading < 3; reading++) await seen.next(isReading('open'));
    expect([head.connections, head.readers]).toEqual([1, 1]);
  });

  it('opens it for each reading with keep_open: false, and asks only once who the meter is', async () => {
    await using seen = await collect(broker, 'meters/#');
    const requests: number[] = [];
    await using head = await tcpHead({
      meter: simulated403(10_000_008),
      onTraffic: (direction, bytes) => direction === 'request' && requests.push(bytes),
    });
    await using _app = await startBridge(head.tcpPort, { id: 'shut', keep_open: false });
    for (let reading = 0; reading < 3; reading++) await seen.next(isReading('shut'));
    await until(() => head.readers === 0, 'the port is closed');
    expect(head.connections).toBeGreaterThanOrEqual(3);
    expect(requests.slice(0, 5)).toEqual([23, 6, 6, 23, 23]);
  });

  it('comes back when the serial server does', async () => {
    await using seen = await collect(broker, 'meters/#');
    const meter = simulated403(10_000_009);
    const first = await tcpHead({ meter });
    await using app = await startBridge(first.tcpPort, { id: 'again' });
    await seen.next(isReading('again'));
    await first[Symbol.asyncDispose]();
    await app.log(({ err }) => err?.code === 'link/lost' || err?.code === 'link/refused');
    await using _second = await tcpHead({ meter, tcpPort: first.tcpPort });
    const before = seen.messages.filter(isReading('again')).length;
    await until(
      () => seen.messages.filter(isReading('again')).length > before,
      'readings arrive again',
      30_000,
    );
  }, 60_000);
});
