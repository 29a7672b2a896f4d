import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MqttClient } from '@meterbridge/core/mqtt';
import { type Broker, collect, hasRealBroker, passwordFile, startBroker, until } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../mosquitto');
const file = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const METERS = ['25950027', '25950028'];
const USERS = ['kpm33b-proxy', 'kpm33b-config-sender', 'reader', ...METERS];
/** As deploy/make-accounts.sh writes it. */
const [shared = '', ofMeter = ''] = file('internal.acl').split(/^(?=user %u$)/m);
const RIGHTS = [shared, ...METERS.map((meter) => ofMeter.replaceAll('%u', meter))].join('');
/** What does not name a place of the machine that it is meant for. */
const LIMITS = file('internal.conf')
  .split('\n')
  .filter((line) => /^(max_|set_tcp|persistent_client|autosave)/.test(line));

describe.skipIf(!(await hasRealBroker()))('the internal broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    const files = {
      passwords: passwordFile(Object.fromEntries(USERS.map((user) => [user, 'secret']))),
      acl: RIGHTS,
    };
    const config = ['allow_anonymous false', 'password_file passwords', 'acl_file acl', ...LIMITS];
    broker = await startBroker({ real: true, config, files, persistence: true });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const as = (username: string, filter: string) => collect(broker, filter, { username, password: 'secret' });
  const payloadsOf = ({ messages }: { readonly messages: readonly { readonly payload: string }[] }) =>
    messages.map(({ payload }) => payload);

  it('passes the data of meters to the proxy, and to no other meter', async () => {
    await using proxy = await as('kpm33b-proxy', 'MQTT_RT_DATA');
    await using meter = await as('25950027', 'none');
    await using nosy = await as('25950028', '#');
    await meter.publish('MQTT_RT_DATA', 'data');
    await proxy.next(({ payload }) => payload === 'data');
    await meter.publish('MQTT_ENY_NOW', 'counters');
    expect(nosy.messages).toEqual([]);
  });

  it('passes commands to their meter alone, and from nobody but the config sender', async () => {
    await using sender = await as('kpm33b-config-sender', 'MQTT_COMMOD_SET_REP');
    await using meter = await as('25950027', 'MQTT_COMMOD_SET_25950027');
    await using nosy = await as('25950028', 'MQTT_COMMOD_SET_25950027');
    await nosy.publish('MQTT_COMMOD_SET_25950027', 'forged');
    await sender.publish('MQTT_COMMOD_SET_25950027', 'command');
    await meter.next(({ payload }) => payload === 'command');
    await meter.publish('MQTT_COMMOD_SET_REP', 'answer');
    await sender.next(({ payload }) => payload === 'answer');
    expect(payloadsOf(meter)).toEqual(['command']);
    expect(nosy.messages).toEqual([]);
  });

  it('takes data and answers of nobody but meters', async () => {
    await using sender = await as('kpm33b-config-sender', '#');
    const topics = ['MQTT_RT_DATA', 'MQTT_ENY_NOW', 'MQTT_COMMOD_SET_REP', 'MQTT_COMMOD_SET_25950027'];
    for (const account of ['kpm33b-proxy', 'reader']) {
      await using other = await as(account, 'none');
      for (const topic of topics) await other.publish(topic, 'forged');
    }
    await using meter = await as('25950027', 'none');
    await meter.publish('MQTT_RT_DATA', 'data');
    await sender.next(({ payload }) => payload === 'data');
    expect(payloadsOf(sender)).toEqual(['data']);
  });

  it('takes what a meter tells of its relay', async () => {
    await using sender = await as('kpm33b-config-sender', 'MQTT_TELEIND');
    await using meter = await as('25950027', 'none');
    await meter.publish('MQTT_TELEIND', '{}');
    await sender.next(({ topic }) => topic === 'MQTT_TELEIND');
  });

  it.each(['MQTT_RT_DATA', 'MQTT_ENY_NOW'])('takes %s of a meter for the proxy', async (topic) => {
    await using proxy = await as('kpm33b-proxy', topic);
    await using meter = await as('25950027', 'none');
    await meter.publish(topic, topic);
    expect(await proxy.next(({ payload }) => payload === topic)).toMatchObject({ topic });
  });

  it.each([
    ['MQTT_COMMOD_SET_', 'MQTT_COMMOD_SET_REP'],
    ['MQTT_COMMOD_READ_', 'MQTT_COMMOD_READ_REP'],
    ['MQTT_SETTIME_', 'MQTT_METER_TIME_REP'],
    ['MQTT_TELECTRL_', 'MQTT_TELECTRL_REP'],
    ['MQTT_SYS_CFG_', 'MQTT_SYS_SET_REP'],
    ['MQTT_SYS_READ_', 'MQTT_SYS_REPLY'],
    ['MQTT_RECONFIG_', 'MQTT_RECONFIG_REPLY'],
    ['MQTT_SET_', 'MQTT_METER_REPLY'],
  ])('takes %s… to its meter, and the answer back', async (command, answer) => {
    await using sender = await as('kpm33b-config-sender', answer);
    await using meter = await as('25950027', `${command}25950027`);
    await using nosy = await as('25950028', `${command}25950027`);
    await using own = await as('25950028', `${command}25950028`);
    await sender.publish(`${command}25950027`, 'command');
    await meter.next(({ payload }) => payload === 'command');
    await meter.publish(answer, 'answer');
    await sender.next(({ payload }) => payload === 'answer');
    // What the neighbour may read comes to it: that it heard nothing else before is no accident.
    await sender.publish(`${command}25950028`, 'its own');
    await own.next(({ payload }) => payload === 'its own');
    expect(nosy.messages).toEqual([]);
  });

  it('keeps a burst for a proxy that is away', async () => {
    const got: string[] = [];
    const startProxy = (): MqttClient => {
      const account = { username: 'kpm33b-proxy', password: 'secret', clientId: 'proxy' };
      const session = { ...account, keepaliveS: 60, sessionExpiryS: 60, will: null, birth: [] };
      const client = new MqttClient({ host: broker.host, tcpPort: broker.port, tls: null, ...session });
      client.subscribe('MQTT_RT_DATA', (_, payload) => got.push(Buffer.from(payload).toString()));
      client.connect();
      return client;
    };
    await using meter = await as('25950027', 'none');
    const before = startProxy();
    await until(async () => {
      await meter.publish('MQTT_RT_DATA', 'probe');
      return got.length > 0;
    }, 'the proxy listens');
    await before.close();
    // Three times as many as Mosquitto keeps by default.
    const payloads = Array.from({ length: 3_000 }, (_, number) => String(number));
    await Promise.all(payloads.map((payload) => meter.publish('MQTT_RT_DATA', payload)));
    const after = startProxy();
    await until(() => got.includes(payloads.at(-1)!), 'the last one is there');
    await after.close();
    expect(got.filter((payload) => payload !== 'probe')).toEqual(payloads);
  });

  it('lets nobody in without an account', async () => {
    await expect(collect(broker, '#', { reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
  });
});
