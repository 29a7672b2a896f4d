import { type Broker, collect, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulatedHouse } from './bridge.fixture.ts';
import type { Fault } from './simulator/faults.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

/** What each meter may tell, whatever happens on the line; null where an answer was cut short. */
const TRUTH: Readonly<Record<string, (values: Record<string, number | null>) => boolean>> = {
  heat: ({ volume, flow_temperature, energy }) =>
    volume === 56.789 &&
    [61.2, null, undefined].includes(flow_temperature) &&
    (energy ?? 1234) >= 1234 &&
    (energy ?? 1234) < 1400,
  water: ({ volume }) => volume! >= 12345.678 && volume! < 12356,
  power: ({ energy_import, voltage_phase_l1 }) => energy_import === 987.654 && voltage_phase_l1 === 230.1,
};
const SERIALS: Readonly<Record<string, string>> = { heat: '11112222', water: '11512223', power: '00001234' };

describe('a line on which a meter', { timeout: 120_000 }, () => {
  it.each<[string, readonly Fault[], number]>([
    ['babbles', ['babble', 'noise'], 1],
    ['answers into the next request', ['late'], 2],
    ['answers for another', ['other'], 3],
    ['does several of these', ['babble', 'noise', 'other', 'truncate', 'checksum'], 4],
  ])('%s tells nothing but the truth', async (_what, faults, seed) => {
    const base = `truth${seed}`;
    await using seen = await collect(broker, `${base}/mbus/+`);
    await using house = await simulatedHouse({ faults, seed });
    const line = { address: house.address, interval: '1s', tcp_latency: '50ms', answer_timeout: '100ms' };
    const { mqtt, ...config } = bridgeConfig(
      broker.url,
      [
        { id: 'heat', meter: '11112222', ...line },
        { id: 'water', meter: '115122232D2C0107', ...line },
        { id: 'power', meter: 9, ...line },
      ],
      { breaker: { failures: 50 } },
    );
    await using app = await startApp('mbus-gateway', ['run'], {
      config: { ...config, mqtt: { ...mqtt, base_topic: base } },
    });
    for (const id of Object.keys(SERIALS))
      for (let reading = 0; reading < 3; reading++)
        await seen.next(({ topic }) => topic === `${base}/mbus/${id}`, 60_000);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    for (const { topic, payload } of seen.messages) {
      const id = topic.split('/').at(-1)!;
      const { meter, ...values } = JSON.parse(payload);
      expect([payload, meter.serial_number, TRUTH[id]!(values)]).toEqual([payload, SERIALS[id], true]);
    }
  });
});
