import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificates,
  collect,
  makeCertificates,
  type RunningApp,
  startApp,
  startBroker,
  until,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CentralBroker, docker, hasEngine, startCentralBroker } from './central-broker.fixture.ts';

const DATA_TOPICS = {
  'dsmr-bridge': 'meters/dsmr',
  'hoymiles-bridge': 'meters/hoymiles',
  'kamstrup-bridge': 'meters/multical',
  'mbus-gateway': 'meters/mbus',
} as const;
const BRIDGES = Object.keys(DATA_TOPICS) as (keyof typeof DATA_TOPICS)[];
const APPS = [...BRIDGES, 'kpm33b-proxy', 'kpm33b-config-sender'];

describe.skipIf(!hasEngine)('the central broker', { timeout: 60_000 }, () => {
  let broker: CentralBroker;
  beforeAll(async () => {
    broker = await startCentralBroker();
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const as = async (username: string, filter = 'none') => {
    const password = await broker.password(username);
    return collect(broker, filter, { username, password, protocolVersion: 5 });
  };
  const refusals = async (account: string, topics: readonly string[]): Promise<readonly string[]> => {
    await using client = await as(account);
    const refused: string[] = [];
    for (const topic of topics) await client.publish(topic, 'x').catch(() => refused.push(topic));
    return refused;
  };

  it.each(BRIDGES)('lets %s publish its own topics and no others', async (app) => {
    const own = [
      `${DATA_TOPICS[app]}/m`,
      `${DATA_TOPICS[app]}/m/backlog`,
      `${DATA_TOPICS[app]}/m/power/result`,
      `meters/bridge/${app}/state`,
      `homeassistant/device/${app}/m/config`,
    ];
    const others = [
      ...Object.values(DATA_TOPICS)
        .filter((topic) => topic !== DATA_TOPICS[app])
        .map((topic) => `${topic}/m`),
      ...APPS.filter((other) => other !== app).map((other) => `meters/bridge/${other}/state`),
      ...APPS.filter((other) => other !== app).map((other) => `homeassistant/device/${other}/m/config`),
      'kpm33b/33B1225950027/seconds',
      'homeassistant/sensor/a/b/config',
      'homeassistant/status',
      'elsewhere',
    ];
    expect(await refusals(app, [...own, ...others])).toEqual(others);
  });

  it.each([
    [
      'kpm33b-proxy',
      [
        'kpm33b/33B1225950027/seconds',
        'kpm33b/status/proxy',
        'homeassistant/sensor/kpm33b_33B1225950027/power/config',
      ],
      [
        'kpm33b/status/config-sender',
        'meters/dsmr/m',
        'homeassistant/device/dsmr-bridge/m/config',
        'homeassistant/status',
      ],
    ],
    [
      'kpm33b-config-sender',
      ['kpm33b/status/config-sender'],
      ['kpm33b/33B1225950027/seconds', 'kpm33b/status/proxy', 'meters/dsmr/m', 'homeassistant/status'],
    ],
    [
      'homeassistant',
      ['homeassistant/status', 'meters/hoymiles/roof/power_limit/set'],
      ['meters/dsmr/m', 'kpm33b/33B1225950027/seconds', 'meters/bridge/dsmr-bridge/state'],
    ],
    [
      'reader',
      [],
      ['meters/dsmr/m', 'homeassistant/status', 'kpm33b/x/seconds', 'meters/hoymiles/roof/power_limit/set'],
    ],
  ])('lets %s publish what it needs and no more', async (account, own, others) => {
    expect(await refusals(account, [...own, ...others])).toEqual(others);
  });

  it('passes to each account what it must read, and nothing else', async () => {
    const listeners = await Promise.all(
      ['dsmr-bridge', 'kpm33b-config-sender', 'reader'].map((account) => as(account, '#')),
    );
    const messages = [
      ['homeassistant', 'homeassistant/status'],
      ['homeassistant', 'meters/dsmr/m/power/set'],
      ['homeassistant', 'meters/hoymiles/m/power/set'],
      ['dsmr-bridge', 'meters/dsmr/m'],
      ['kpm33b-proxy', 'kpm33b/33B1225950027/seconds'],
      ['homeassistant', 'homeassistant/status'],
    ] as const;
    for (const [account, topic] of messages) {
      await using sender = await as(account);
      await sender.publish(topic, 'heard');
    }
    const heard = listeners.map(
      (listener) => () =>
        listener.messages.filter(({ payload }) => payload === 'heard').map(({ topic }) => topic),
    );
    const expected = [
      ['homeassistant/status', 'meters/dsmr/m/power/set', 'homeassistant/status'],
      ['homeassistant/status', 'kpm33b/33B1225950027/seconds', 'homeassistant/status'],
      messages.map(([, topic]) => topic),
    ];
    for (const [index, topics] of expected.entries()) {
      // The last message is for all: when it has come, everything has.
      await until(
        () => heard[index]!().filter((topic) => topic === 'homeassistant/status').length === 2,
        'all came',
      );
      expect(heard[index]!()).toEqual(topics);
    }
    for (const listener of listeners) await listener[Symbol.asyncDispose]();
  });

  it('lets nobody in without an account', async () => {
    await expect(collect(broker, '#', { reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
  });

  it('shows its topics to a plain mosquitto_sub in its container', async () => {
    const uptime = ['mosquitto_sub', '-t', '$SYS/broker/uptime', '-C', '1', '-W', '10'];
    expect(await docker('exec', broker.container, ...uptime)).toMatch(/seconds/);
  });

  it('has an account with a new password when the old one was deleted, and keeps all others', async () => {
    const [old, kept] = [await broker.password('mbus-gateway'), await broker.password('dsmr-bridge')];
    await rm(broker.passwordFile('mbus-gateway'));
    expect(await broker.makeAccounts()).toBe('central broker: account mbus-gateway\n');
    await using client = await as('mbus-gateway');
    await client.publish('meters/mbus/m', 'x');
    expect(await broker.password('dsmr-bridge')).toBe(kept);
    const password = old;
    const login = collect(broker, 'none', { username: 'mbus-gateway', password, reconnectPeriod: 0 });
    await expect(login).rejects.toThrow(/not authorized/i);
  });

  it('gets more accounts by name', async () => {
    expect(await broker.makeAccounts('central', 'grafana')).toBe('central broker: account grafana\n');
    expect(await refusals('grafana', ['meters/dsmr/m'])).toEqual(['meters/dsmr/m']);
    await expect(broker.makeAccounts('central', '../x')).rejects.toThrow('usage');
  });

  it('reads rights that nobody else may change or see, and has nothing to complain of', async () => {
    const file = '/mosquitto/accounts/acl';
    const stat = ['stat', '-c', '%a %U:%G', file];
    expect(await docker('exec', broker.container, ...stat)).toBe('600 mosquitto:mosquitto\n');
    expect(await broker.log()).not.toMatch(/warning|error/i);
  });

  it('and the internal one give each meter its rights, once it has an account', async () => {
    await broker.makeAccounts('internal', '25950027');
    const [, meter] = (await broker.rights('internal')).split('user 25950027\n');
    expect(meter).toContain('topic write MQTT_RT_DATA\n');
    expect(meter).toContain('topic read MQTT_COMMOD_SET_25950027\n');
    expect(meter).not.toContain('%u');
  });

  describe('and a bridge', () => {
    const encrypted = (url: string): object => ({
      url,
      username: 'dsmr-bridge',
      password_file: broker.passwordFile('dsmr-bridge'),
      tls: { ca_file: broker.caFile },
    });

    it('meet over TLS, also after the certificate was renewed', async () => {
      for (const host of ['localhost', '127.0.0.1']) {
        await using app = await startBridge(encrypted(`mqtts://${host}:${broker.tlsPort}`));
        await app.log(({ msg }) => msg === 'connected to the broker');
      }
      await broker.makeCertificates('127.0.0.1');
      await using app = await startBridge(encrypted(`mqtts://127.0.0.1:${broker.tlsPort}`));
      await app.log(({ msg }) => msg === 'connected to the broker');
      await using lost = await startBridge(encrypted(`mqtts://localhost:${broker.tlsPort}`));
      const { err } = await lost.log(({ err }) => err?.code === 'mqtt/tls');
      expect(err).toMatchObject({
        message: expect.stringContaining('not for "localhost" but for IP Address:127.0.0.1'),
      });
    });

    it('tell of a wrong password', async () => {
      const url = `mqtt://localhost:${broker.port}`;
      await using app = await startBridge({ url, username: 'dsmr-bridge', password: 'wrong' });
      const { err } = await app.log(({ err }) => err?.code === 'mqtt/refused');
      expect(err).toMatchObject({
        message: expect.stringContaining('refused user "dsmr-bridge"'),
        hint: expect.stringContaining('mqtt.password'),
      });
      expect(app.stdout.join('')).not.toContain('wrong');
    });

    it('tell of topics that the account may not use', async () => {
      const url = `mqtt://localhost:${broker.port}`;
      const password_file = broker.passwordFile('dsmr-bridge');
      await using app = await startBridge({
        url,
        username: 'dsmr-bridge',
        password_file,
        base_topic: 'other',
      });
      const { err } = await app.log(({ err }) => err?.code === 'mqtt/not-authorized');
      expect(err?.hint).toContain('ACL');
    });
  });
});

describe.skipIf(!hasEngine)('a bridge refuses a broker', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'refused-'));
  const files = { ca: join(folder, 'ca.pem'), foreignCa: join(folder, 'foreign.pem') };
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
    for (const name of ['ca', 'foreignCa'] as const) await writeFile(files[name], certificates[name]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<[string, 'server' | 'expired' | 'wrongHost', keyof typeof files, string, string]>([
    ['whose certificate has expired', 'expired', 'ca', 'has expired', 'Renew the certificate'],
    [
      'whose certificate is for another host',
      'wrongHost',
      'ca',
      'not for "localhost"',
      'host name in mqtt.url',
    ],
    ['of an authority that it does not know', 'server', 'foreignCa', 'not trusted here', 'mqtt.tls.ca_file'],
  ])('%s, and says what to do', async (_, name, ca, reason, hint) => {
    const { cert, key } = certificates[name];
    await using broker = await startBroker({
      real: true,
      config: ['certfile server.pem', 'keyfile server.key'],
      files: { 'server.pem': cert, 'server.key': key },
    });
    await using app = await startBridge({
      url: `mqtts://localhost:${broker.port}`,
      tls: { ca_file: files[ca] },
    });
    const { err } = await app.log((record) => record.err !== undefined && record.broker !== undefined);
    expect(err).toMatchObject({
      code: 'mqtt/tls',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining(hint),
    });
  });
});

/** A bridge whose meter does not answer. */
function startBridge(mqtt: object): Promise<RunningApp> {
  const meters = [{ id: 'main', address: 'tcp://127.0.0.1:9' }];
  const config = { mqtt, meters, http: { enabled: false }, store: { enabled: false } };
  return startApp('dsmr-bridge', ['run'], { config });
}
