import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { type Broker, collect, freePort, type LogRecord, startBroker, until } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TcpMeter, tcpMeter, telegram } from './bridge.fixture.ts';
import { type ConfigFolder, configFolder, logOf, power, retained, runFrom } from './reload.fixture.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const addressOf = ({ tcpPort }: TcpMeter): string => `tcp://127.0.0.1:${tcpPort}`;

interface Main {
  readonly meters?: readonly object[];
  readonly mqtt?: object;
  readonly [key: string]: unknown;
}

/** Each test has topics of its own. */
let tests = 0;
function mainFile({ mqtt, ...rest }: Main = {}, base = `reload${++tests}`) {
  return {
    mqtt: { url: broker.url, client_id: base, base_topic: base, ...mqtt },
    homeassistant: { discovery_prefix: `${base}-ha` },
    http: { enabled: false },
    log: { level: 'debug' },
    meters_dir: './config.d',
    ...rest,
  };
}

const applied = ({ msg }: LogRecord): boolean => msg === 'configuration applied';
const unchanged = ({ msg }: LogRecord): boolean => msg === 'the configuration is the same';

/** A bridge that reads one meter from a file, `kept.yaml`. */
async function setUp(folder: ConfigFolder, kept: TcpMeter, main: object = mainFile()) {
  folder.write('bridge.yaml', main);
  folder.write('config.d/kept.yaml', { address: addressOf(kept) });
  const app = await runFrom(folder);
  const log = logOf(app);
  await kept.connected();
  // The first look at the files comes after the start.
  await log(unchanged);
  return { app, log };
}

describe('a folder of meters', () => {
  it('gets, changes and loses meters while the others are not touched', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    await using other = await tcpMeter();
    await using moved = await tcpMeter();
    const main = mainFile();
    const base = main.mqtt.base_topic;
    await using seen = await collect(broker, `${base}/#`);
    await using announced = await collect(broker, `${base}-ha/#`);
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    kept.send(telegram('00.001'));
    await seen.next(({ topic }) => topic === `${base}/dsmr/kept`);

    folder.save('config.d/other.yaml', { address: addressOf(other) });
    expect(await log(applied)).toMatchObject({ added: ['other'], changed: [], removed: [] });
    await other.connected();
    other.send(telegram('00.002', '260131130500W', '99'));
    expect(power(await seen.next(({ topic }) => topic === `${base}/dsmr/other`))).toBe(0.002);
    await announced.next(({ topic }) => topic.includes('E0049007642154299'));
    await announced.next(({ topic }) => topic.includes('G0039001744149917'));

    // In place, and to another meter: the old one is not read any more.
    folder.write('config.d/other.yaml', { address: addressOf(moved) });
    expect(await log(applied)).toMatchObject({ added: [], changed: ['other'], removed: [] });
    await moved.connected();
    await until(() => other.readers === 0, 'the old meter is let go');
    moved.send(telegram('00.003', '260131130501W', '99'));
    expect(power(await seen.next(({ topic }) => topic === `${base}/dsmr/other`))).toBe(0.003);

    folder.remove('config.d/other.yaml');
    expect(await log(applied)).toMatchObject({ added: [], changed: [], removed: ['other'] });
    await until(() => moved.readers === 0, 'the meter is let go');
    await seen.next(({ topic, payload }) => topic === `${base}/dsmr/other` && payload === '');
    await until(
      () => ![...retained(seen).keys()].some((topic) => topic.includes('/other')),
      'no topic is left',
    );
    await until(
      () => ![...retained(announced).keys()].some((topic) => /4299|149917/.test(topic)),
      'no device is left',
    );
    // What a subscriber that comes later gets shows what the broker keeps.
    await using later = await collect(broker, `${base}/#`);
    await later.next(({ topic }) => topic === `${base}/dsmr/kept/current_electricity_usage`);
    expect(later.messages.filter(({ topic }) => topic.includes('/other'))).toEqual([]);
    expect([...retained(announced).keys()].some((topic) => topic.includes('E0049007642154220'))).toBe(true);

    expect([kept.connections, kept.readers]).toEqual([1, 1]);
    kept.send(telegram('00.004', '260131130502W'));
    await seen.next((one) => one.topic === `${base}/dsmr/kept` && power(one) === 0.004);
  }, 60_000);

  it('takes a renamed file for a meter with another name', async () => {
    using folder = configFolder();
    await using meter = await tcpMeter();
    const main = mainFile();
    const base = main.mqtt.base_topic;
    await using seen = await collect(broker, `${base}/#`);
    await using announced = await collect(broker, `${base}-ha/#`);
    const { app, log } = await setUp(folder, meter, main);
    await using _app = app;
    meter.send(telegram('00.001'));
    await seen.next(({ topic }) => topic === `${base}/dsmr/kept_gas`);
    renameSync(folder.file('config.d/kept.yaml'), folder.file('config.d/hall.yml'));
    expect(await log(applied)).toMatchObject({ added: ['hall'], removed: ['kept'] });
    await until(() => meter.connections === 2 && meter.readers === 1, 'the new one is connected');
    meter.send(telegram('00.002'));
    await seen.next(({ topic }) => topic === `${base}/dsmr/hall_gas`);
    await until(
      () => ![...retained(seen).keys()].some((topic) => topic.includes('/kept')),
      'no topic is left',
    );
    // The same device, now with other topics.
    await until(() => {
      const told = [...retained(announced)].find(([topic]) => topic.includes('E0049007642154220'));
      return told?.[1].includes(`${base}/dsmr/hall`) === true;
    }, 'the device is announced anew');
  }, 60_000);

  it('touched, rewritten, commented and littered by editors changes nothing', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    const { app, log } = await setUp(folder, kept);
    await using _app = app;
    utimesSync(folder.file('config.d/kept.yaml'), new Date(), new Date());
    await log(unchanged);
    folder.save('config.d/kept.yaml', `# the same\nid: kept\naddress:   '${addressOf(kept)}'\n`);
    await log(unchanged);
    for (const name of ['.kept.yaml.swp', 'kept.yaml~', '.#kept.yaml', '4913'])
      folder.write(`config.d/${name}`, 'nonsense: [');
    app.process.kill('SIGHUP');
    await log(unchanged);
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
    expect(app.stdout.filter((line) => applied(JSON.parse(line)))).toEqual([]);
  }, 60_000);

  it('keeps a meter whose file breaks, says where, and takes the mended file', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    await using other = await tcpMeter();
    const http = { host: '127.0.0.1', port: await freePort() };
    const main = mainFile({ http });
    const base = main.mqtt.base_topic;
    await using seen = await collect(broker, `${base}/#`);
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    kept.send(telegram('00.001'));
    await seen.next(({ topic }) => topic === `${base}/dsmr/kept`);
    const health = async (): Promise<{ readonly problems: readonly object[] }> => {
      const response = await fetch(`http://127.0.0.1:${http.port}/health`);
      return JSON.parse(await response.text());
    };
    await expect.poll(health, { timeout: 10_000 }).toMatchObject({ healthy: true, problems: [] });

    folder.save('config.d/kept.yaml', `address: ${addressOf(other)}\ncrc: maybe\n`);
    const { err } = await log((record) => record.err?.code === 'config/invalid');
    const place = `${folder.file('config.d/kept.yaml')}:2:6 crc: must be if-present, require or off`;
    expect(err).toMatchObject({ message: place });
    expect((await health()).problems).toEqual([
      { what: `configuration: ${place}`, code: 'config/invalid', hint: expect.any(String) },
    ]);
    // The others go on, and a change of them is applied.
    folder.save('config.d/second.yaml', { address: addressOf(other) });
    expect(await log(applied)).toMatchObject({ added: ['second'], changed: [], removed: [] });
    await other.connected();
    expect([kept.connections, kept.readers, other.connections]).toEqual([1, 1, 1]);

    folder.remove('config.d/second.yaml');
    folder.save('config.d/kept.yaml', { address: addressOf(other) });
    expect(await log(applied)).toMatchObject({ changed: ['kept'], removed: ['second'] });
    await log(({ msg }) => msg === 'the configuration is valid again');
    await until(() => kept.readers === 0 && other.readers === 1, 'the new address is read');
    other.send(telegram('00.002'));
    await seen.next((one) => one.topic === `${base}/dsmr/kept` && power(one) === 0.002);
    expect((await health()).problems).toEqual([]);
    expect(app.stdout.filter((line) => JSON.parse(line).err?.code === 'config/invalid')).toHaveLength(1);
  }, 60_000);

  it('may be mounted from a ConfigMap, which swaps a link', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    await using first = await tcpMeter();
    await using second = await tcpMeter();
    const publish = (version: string, address: string): void => {
      mkdirSync(folder.file(`config.d/${version}`), { recursive: true });
      writeFileSync(folder.file(`config.d/${version}/kept.yaml`), `address: ${addressOf(kept)}\n`);
      writeFileSync(folder.file(`config.d/${version}/other.yaml`), `address: ${address}\n`);
      symlinkSync(version, folder.file('config.d/..data_tmp'));
      renameSync(folder.file('config.d/..data_tmp'), folder.file('config.d/..data'));
    };
    folder.write('bridge.yaml', mainFile());
    publish('..2026_1', addressOf(first));
    for (const name of ['kept.yaml', 'other.yaml'])
      symlinkSync(`..data/${name}`, folder.file(`config.d/${name}`));
    await using app = await runFrom(folder);
    const log = logOf(app);
    await first.connected();
    await log(unchanged);
    publish('..2026_2', addressOf(second));
    folder.remove('config.d/..2026_1');
    expect(await log(applied)).toMatchObject({ added: [], changed: ['other'], removed: [] });
    await second.connected();
    await until(() => first.readers === 0, 'the old meter is let go');
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
  }, 60_000);
});

describe('a folder that tells nothing of its changes', () => {
  it('is looked at now and then', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    await using added = await tcpMeter();
    for (const version of ['v1', 'v2']) folder.write(`${version}/kept.yaml`, { address: addressOf(kept) });
    folder.write('v2/added.yaml', { address: addressOf(added) });
    const swap = (version: string): void => {
      symlinkSync(version, folder.file('next'));
      renameSync(folder.file('next'), folder.file('meters'));
    };
    swap('v1');
    folder.write('bridge.yaml', mainFile({ meters_dir: './meters' }));
    await using app = await runFrom(folder);
    const log = logOf(app);
    await kept.connected();
    await log(unchanged);
    // Nothing happens inside of the folder that is watched, and nobody watches for the name of the link.
    swap('v2');
    expect(await log(applied)).toMatchObject({ added: ['added'], changed: [], removed: [] });
    await added.connected();
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
  }, 60_000);
});

describe('the main file', () => {
  it('may change its meters and the log level alone, also at a signal', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    await using listed = await tcpMeter();
    const main = mainFile();
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    folder.save('bridge.yaml', {
      ...main,
      log: { level: 'info' },
      meters: [{ id: 'listed', address: addressOf(listed) }],
    });
    app.process.kill('SIGHUP');
    await log(({ msg }) => msg === 'reading the configuration again');
    await log(({ msg }) => msg === 'log level changed');
    expect(await log(applied)).toMatchObject({ added: ['listed'], changed: [], removed: [] });
    await listed.connected();
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
    expect(app.process.exitCode).toBeNull();
  }, 60_000);

  it('broken, or gone, leaves everything as it is', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    const main = mainFile();
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    folder.save('bridge.yaml', `mqtt: { url: "${broker.url}"\n`);
    expect((await log(({ err }) => err?.code === 'config/syntax')).err).toMatchObject({
      message: expect.stringContaining(`${folder.file('bridge.yaml')}:2:1`),
    });
    folder.remove('bridge.yaml');
    await log(({ err }) => err?.code === 'config/missing');
    folder.save('bridge.yaml', main);
    await log(({ msg }) => msg === 'the configuration is valid again');
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
  }, 60_000);

  it('with a certificate that is not there: goes on as before', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    const main = mainFile();
    await using seen = await collect(broker, `${main.mqtt.base_topic}/#`);
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    const tls = { ca_file: folder.file('nowhere.pem') };
    folder.save('bridge.yaml', {
      ...main,
      mqtt: { ...main.mqtt, url: broker.url.replace('mqtt:', 'mqtts:'), tls },
    });
    expect((await log(({ err }) => err?.code === 'config/invalid')).err).toMatchObject({
      message: expect.stringContaining('mqtt.tls.ca_file'),
    });
    expect([kept.connections, kept.readers]).toEqual([1, 1]);
    kept.send(telegram('00.005'));
    await seen.next(({ topic }) => topic.endsWith('/dsmr/kept'));
  }, 60_000);

  it('with another broker and base topic: what waited for the old one is handed over', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    const main = mainFile();
    const base = main.mqtt.base_topic;
    await using seen = await collect(broker, `${base}/#`);
    const nobody = { ...main.mqtt, url: `mqtt://127.0.0.1:${await freePort()}` };
    const { app, log } = await setUp(folder, kept, { ...main, mqtt: nobody });
    await using _app = app;
    for (const second of ['01', '02', '03']) kept.send(telegram(`00.0${second}`, `2601311305${second}W`));
    kept.hangUp();
    // The meter has closed, so all that it sent was read.
    await log(({ err }) => err?.code === 'link/lost');
    folder.save('bridge.yaml', { ...main, mqtt: { ...main.mqtt, base_topic: `${base}/new` } });
    await log(applied);
    const isReading = ({ topic }: { readonly topic: string }): boolean =>
      [`${base}/dsmr/kept`, `${base}/dsmr/kept/backlog`].includes(topic);
    const messages: (readonly [topic: string, power: number | null])[] = [];
    for (let n = 0; n < 4; n++) {
      const one = await seen.next(isReading);
      messages.push([one.topic, one.payload === '' ? null : power(one)]);
    }
    // Nothing stays on the old topic, on which nothing will ever come again.
    expect(messages).toEqual([
      [`${base}/dsmr/kept`, null],
      [`${base}/dsmr/kept/backlog`, 0.001],
      [`${base}/dsmr/kept/backlog`, 0.002],
      [`${base}/dsmr/kept/backlog`, 0.003],
    ]);
    await kept.connected();
    kept.send(telegram('00.004'));
    await seen.next((one) => one.topic === `${base}/new/dsmr/kept` && power(one) === 0.004);
    expect(app.process.exitCode).toBeNull();
  }, 60_000);

  it('with another base topic restarts the bridge, and no reading that was taken is lost', async () => {
    using folder = configFolder();
    await using kept = await tcpMeter();
    const main = mainFile();
    const base = main.mqtt.base_topic;
    await using seen = await collect(broker, `${base}/#`);
    const { app, log } = await setUp(folder, kept, main);
    await using _app = app;
    await log(({ msg }) => msg === 'connected to the broker');
    const sent: { readonly watt: number; readonly connection: number }[] = [];
    const sending = setInterval(() => {
      const watt = sent.length + 1;
      if (kept.readers === 0 || watt > 999) return;
      sent.push({ watt, connection: kept.connections });
      kept.send(telegram(`00.${String(watt).padStart(3, '0')}`));
    }, 20);
    await seen.next(({ topic }) => topic === `${base}/dsmr/kept`);
    folder.save('bridge.yaml', { ...main, mqtt: { ...main.mqtt, base_topic: `${base}/new` } });
    await log(applied);
    await seen.next(({ topic }) => topic === `${base}/new/dsmr/kept`);
    clearInterval(sending);
    const arrived = (): ReadonlySet<number> =>
      new Set(
        seen.messages
          .filter(({ topic, payload }) => payload !== '' && /\/dsmr\/kept(\/backlog)?$/.test(topic))
          .map((one) => Math.round(power(one) * 1000)),
      );
    await until(() => arrived().has(sent.at(-1)!.watt), 'the last reading');
    const taken = arrived();
    const missing = sent.filter(({ watt }) => !taken.has(watt));
    // Only what the meter sent on its first connection when nobody listened any more.
    const lastOfFirst = Math.max(
      ...sent.filter((one) => one.connection === 1 && taken.has(one.watt)).map(({ watt }) => watt),
    );
    expect(lastOfFirst).toBeGreaterThan(0);
    expect(missing.filter((one) => one.connection !== 1 || one.watt < lastOfFirst)).toEqual([]);
    expect(sent.at(-1)!.connection).toBe(2);
  }, 60_000);
});
