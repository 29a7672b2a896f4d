import { type Broker, collect, freePort, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulatedLine } from './bridge.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const KEY = '000102030405060708090A0B0C0D0E0F';
const FAST = { interval: '1s', tcp_latency: '50ms', answer_timeout: '100ms' };

/** One meter that encrypts, with more to tell than fits into one telegram. */
const ENCRYPTING = [
  {
    id: '12345678',
    manufacturer: 'PAD',
    medium: 7,
    address: 1,
    key: KEY,
    telegrams: [
      [
        { dif: '0C', vif: '13', value: 12345678, step: 1 },
        { dif: '0B', vif: '3B', value: 42 },
        { dif: '02', vif: '5A', value: 98 },
      ],
      [{ dif: '04', vif: '06', value: 777 }],
    ],
  },
];

describe('a meter that encrypts', () => {
  it.each([
    ['primary', 1],
    ['secondary', '1234567824400107'],
  ])('is read with its key at its %s address', async (base, meter) => {
    await using seen = await collect(broker, `${base}/mbus/#`);
    await using line = await simulatedLine(ENCRYPTING);
    const { mqtt, ...config } = bridgeConfig(broker.url, [
      { id: 'water', address: line.address, meter, key: KEY, ...FAST },
    ]);
    await using app = await startApp('mbus-gateway', ['run'], {
      config: { ...config, mqtt: { ...mqtt, base_topic: base } },
    });
    // Each answer is encrypted anew, as its number is a part of the initial vector.
    for (let reading = 0; reading < 3; reading++) {
      const { payload } = await seen.next(({ topic }) => topic === `${base}/mbus/water`);
      expect(JSON.parse(payload)).toMatchObject({
        volume: Number((12345.678 + reading / 1000).toFixed(3)),
        flow_rate: 0.042,
        flow_temperature: 9.8,
        energy: 777,
      });
    }
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it.each([
    ['wrong', { key: KEY.replace('0F', 'FF') }, 'the answer is encrypted and the key does not fit'],
    ['missing', {}, 'the answer is encrypted and no key is known'],
  ])('gives one clear error and no value if the key is %s', async (base, key, message) => {
    await using seen = await collect(broker, `${base}/mbus/#`);
    await using line = await simulatedLine(ENCRYPTING);
    const port = await freePort();
    const { mqtt, ...config } = bridgeConfig(
      broker.url,
      [{ id: 'water', address: line.address, meter: 1, ...key, ...FAST }],
      { http: { port }, log: { format: 'json' }, breaker: { failures: 100 } },
    );
    await using app = await startApp('mbus-gateway', ['run'], {
      config: { ...config, mqtt: { ...mqtt, base_topic: base } },
    });
    const failures = async () => {
      const status = await fetch(`http://127.0.0.1:${port}/status`).then((answer) => answer.json());
      return JSON.stringify(status)
        .match(/"failures":(\d+)/g)
        ?.at(-1);
    };
    await app.log(({ err }) => err?.code === 'meter/encrypted');
    await expect.poll(failures, { timeout: 15_000 }).toBe('"failures":3');
    app.process.kill('SIGTERM');
    await app.exit;
    const told = app.stdout.filter((text) => text.includes('meter/encrypted'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(message);
    expect(told[0]).not.toContain(KEY.slice(0, 20));
    expect(seen.messages).toEqual([]);
  });
});
