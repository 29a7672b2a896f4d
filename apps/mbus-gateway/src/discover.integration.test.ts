import {
  type Broker,
  type Collector,
  collect,
  conformancePath,
  freePort,
  hasBrowser,
  openPage,
  startApp,
  startBroker,
  startBrowser,
  violations,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, simulatedHouse } from './bridge.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

/** An entry for whatever is on the line. */
function cellar(address: string, more: object = {}) {
  return {
    id: 'cellar',
    name: 'Cellar',
    address,
    meter: 'all',
    tcp_latency: '50ms',
    answer_timeout: '50ms',
    ...more,
  };
}

function configOf(base: string, meters: readonly object[], more: object = {}) {
  const { mqtt, ...rest } = bridgeConfig(broker.url, meters, more);
  return { mqtt: { ...mqtt, base_topic: base }, ...rest };
}

async function resultOf(seen: Collector, wanted: string) {
  const { payload } = await seen.next(
    ({ topic, payload: json }) => topic.endsWith('/search/result') && JSON.parse(json).state === wanted,
    30_000,
  );
  return JSON.parse(payload);
}

function progressOf(seen: Collector, base: string): readonly number[] {
  const told = seen.messages.filter(({ topic }) => topic === `${base}/mbus/cellar/search_progress`);
  return told.map(({ payload }) => Number(payload));
}

describe('the search of a line', { timeout: 120_000 }, () => {
  it('tells how far it is, and its meters stand behind the line', async () => {
    await using seen = await collect(broker, 'far/mbus/#');
    await using announced = await collect(broker, 'homeassistant/device/mbus-gateway/#');
    await using house = await simulatedHouse();
    const settings = { expire_after: '2h', include: ['energy', 'volume'] };
    const config = configOf('far', [cellar(house.address, settings)]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await seen.next(({ topic, payload }) => topic === 'far/mbus/cellar/searching' && payload === 'ON');
    const { payload } = await seen.next(
      (one) => one.topic === 'far/mbus/cellar' && JSON.parse(one.payload).last_search !== null,
      60_000,
    );
    expect(JSON.parse(payload)).toMatchObject({
      meter: { name: 'Cellar', model: 'M-Bus line' },
      searching: 'OFF',
      search_progress: 100,
      meters_found: 3,
    });
    const progress = progressOf(seen, 'far');
    expect(progress.length).toBeGreaterThan(3);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    const line = await announced.next(({ topic }) => topic.includes('line_cellar'));
    expect(JSON.parse(line.payload).components.set_search).toMatchObject({
      platform: 'switch',
      value_template: expect.stringContaining('searching'),
      command_topic: 'far/mbus/cellar/search/set',
    });
    if (conformancePath('homeassistant')) expect(violations(line.topic, line.payload)).toEqual([]);
    const found = await announced.next(({ topic }) => topic.includes('111122222D2C0104'));
    const { device, components } = JSON.parse(found.payload);
    expect(device.via_device).toBe(JSON.parse(line.payload).device.identifiers[0]);
    expect(Object.keys(components).toSorted()).toEqual([
      'energy',
      'reachable',
      'set_interval',
      'time',
      'volume',
    ]);
    expect(components.energy.expire_after).toBe(7_200);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('begins when it is told to, ends when it is told to, and refuses what it does not know', async () => {
    await using seen = await collect(broker, 'told/mbus/#');
    await using house = await simulatedHouse();
    const config = configOf('told', [cellar(house.address, { discover: 'off' })]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await seen.next(({ topic, payload }) => topic === 'told/mbus/cellar/searching' && payload === 'OFF');
    await seen.next(
      ({ topic, payload }) => topic === 'told/mbus/cellar/availability' && payload === 'online',
    );
    expect(seen.messages.filter(({ topic }) => topic.includes('cellar_'))).toEqual([]);

    const command = 'told/mbus/cellar/search/set';
    await seen.publish(command, 'PRESS');
    expect(await resultOf(seen, 'failed')).toMatchObject({ detail: '"PRESS" is neither ON nor OFF' });

    await seen.publish(command, 'ON');
    await seen.next(({ topic, payload }) => topic === 'told/mbus/cellar/searching' && payload === 'ON');
    await seen.publish(command, 'OFF');
    await seen.next(({ topic, payload }) => topic === 'told/mbus/cellar/searching' && payload === 'OFF');
    expect(progressOf(seen, 'told').at(-1)).toBeLessThan(100);

    await seen.publish(command, 'ON');
    for (let results = 0; results < 3; results++) await resultOf(seen, 'done');
    await seen.next(
      ({ topic, payload }) => topic === 'told/mbus/cellar/search_progress' && payload === '100.0',
      60_000,
    );
    for (const address of ['00001234A8150102', '111122222D2C0104', '115122232D2C0107'])
      await seen.next(({ topic }) => topic === `told/mbus/cellar_${address}`);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('is one for each speed that meters of the line may have', async () => {
    await using seen = await collect(broker, 'speeds/mbus/#');
    await using house = await simulatedHouse();
    const meters = [
      cellar(house.address, { discover: 'off' }),
      cellar(house.address, { id: 'attic', baud: 9600 }),
    ];
    await using app = await startApp('mbus-gateway', ['run'], { config: configOf('speeds', meters) });
    for (const id of ['cellar', 'attic'])
      await seen.next(
        ({ topic, payload }) => topic === `speeds/mbus/${id}/availability` && payload === 'online',
      );
    await seen.next(
      ({ topic, payload }) => topic === 'speeds/mbus/attic/meters_found' && payload === '3',
      60_000,
    );
    await seen.next(({ topic }) => topic === 'speeds/mbus/attic_00001234A8150102');
    expect(progressOf(seen, 'speeds')).toEqual([]);
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('is repeated, and meets meters that came later', async () => {
    await using seen = await collect(broker, 'later/mbus/#');
    await using house = await simulatedHouse();
    const [late] = house.slaves.splice(0, 1);
    const config = configOf('later', [cellar(house.address, { discover: 'interval', rescan: '1s' })]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await seen.next(({ topic }) => topic === 'later/mbus/cellar_00001234A8150102', 30_000);
    house.slaves.push(late!);
    const { payload } = await seen.next(
      ({ topic }) => topic === 'later/mbus/cellar_111122222D2C0104',
      60_000,
    );
    expect(JSON.parse(payload).meter.name).toBe('KAM heat meter 11112222');
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it('goes on from where the line came back', async () => {
    await using seen = await collect(broker, 'back/mbus/#');
    const lost = await simulatedHouse();
    const tcp = { host: '127.0.0.1', tcpPort: lost.tcpPort! };
    const config = configOf('back', [cellar(lost.address)]);
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await seen.next(({ topic }) => topic === 'back/mbus/cellar/search_progress', 30_000);
    await lost[Symbol.asyncDispose]();
    await app.log(({ err }) => err?.code.startsWith('link/') ?? false);
    await using _house = await simulatedHouse({ tcp });
    await seen.next(
      ({ topic, payload }) => topic === 'back/mbus/cellar/meters_found' && payload === '3',
      60_000,
    );
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  it.skipIf(!hasBrowser())('is seen on the page while it goes on', async () => {
    await using house = await simulatedHouse();
    const port = await freePort();
    const config = configOf('page', [cellar(house.address, { answer_timeout: '100ms' })], { http: { port } });
    await using closed = new AsyncDisposableStack();
    const browser = closed.adopt(await startBrowser(), (one) => one.close());
    await using app = await startApp('mbus-gateway', ['run'], { config });
    await app.log(({ msg }) => msg === 'readings arrive');
    await using open = await openPage(browser, `http://127.0.0.1:${port}/`);
    const card = open.page.getByRole('article', { name: 'Cellar', exact: true });
    const head = card.locator('.meter-head');
    if ((await head.getAttribute('aria-expanded')) !== 'true') await head.click();
    const progress = card.locator('[data-key=search_progress]');
    const texts = new Set<string>();
    await expect
      .poll(
        async () => {
          texts.add((await progress.textContent()) ?? '');
          return [...texts].at(-1);
        },
        { timeout: 60_000, interval: 200 },
      )
      .toBe('100.0');
    expect(texts.size).toBeGreaterThan(2);
    expect(open.complaints).toEqual([]);
    await open.page.getByRole('article', { name: 'KAM heat meter 11112222' }).waitFor();
  });
});
