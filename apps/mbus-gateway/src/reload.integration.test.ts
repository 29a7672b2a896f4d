import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, collect, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulatedHouse } from './bridge.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

describe('a line whose meters stand in files', { timeout: 60_000 }, () => {
  it('gets and loses meters while the others are read on, whatever a file holds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mbus-'));
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(folder, { recursive: true }));
    await using seen = await collect(broker, 'meters/mbus/#');
    await using house = await simulatedHouse();
    const settings = { address: house.address, interval: '1s', tcp_latency: '50ms', answer_timeout: '100ms' };
    const write = (id: string, meter: unknown) =>
      writeFile(join(folder, `${id}.yaml`), JSON.stringify({ ...settings, meter }));
    const reading = (id: string) =>
      seen.next(({ topic, retain }) => topic === `meters/mbus/${id}` && !retain, 20_000);

    await write('heat', '11112222');
    const config = { ...bridgeConfig(broker.url, [], { log: { format: 'json' } }), meters_dir: folder };
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await reading('heat');

    await write('power', 9);
    expect(JSON.parse((await reading('power')).payload)).toMatchObject({ voltage_phase_l1: 230.1 });

    await write('power', 251);
    const broken = await app.log(({ err }) => err?.code === 'config/invalid', 20_000);
    expect(broken.outcome).toBe('config-invalid');
    expect(JSON.stringify(broken)).toContain('must be a primary address');
    for (const id of ['heat', 'power']) {
      const count = () => seen.messages.filter(({ topic }) => topic === `meters/mbus/${id}`).length;
      await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(count() + 1);
    }

    await rm(join(folder, 'heat.yaml'));
    await seen.next(({ topic, payload }) => topic === 'meters/mbus/heat' && payload === '', 20_000);
    const { length } = seen.messages;
    await expect
      .poll(() => seen.messages.slice(length).some(({ topic }) => topic === 'meters/mbus/power'), {
        timeout: 20_000,
      })
      .toBe(true);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });
});
