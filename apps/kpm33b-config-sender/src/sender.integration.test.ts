import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, collect, hasRealBroker, startApp, startBroker, until } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const ID = '33B1225150000';
const SEEN = `kpm33b/${ID}/seconds`;

describe.skipIf(!(await hasRealBroker()))('the config sender', { timeout: 60_000 }, () => {
  let internal: Broker;
  let central: Broker;
  beforeAll(async () => {
    internal = await startBroker({ real: true });
    central = await startBroker({ real: true });
  });
  afterAll(async () => {
    await internal[Symbol.asyncDispose]();
    await central[Symbol.asyncDispose]();
  });

  const configOf = (more: object = {}) => ({
    mqtt: { url: central.url },
    internal_broker: { host: internal.host, port: internal.port },
    http: { enabled: false },
    ...more,
  });

  /** The simulated meters of the proxy: they answer like real ones. */
  const startMeters = async () => {
    const listening = async () => [...(await internal.logs()).matchAll(/ 1 MQTT_TELECTRL_25150001/g)].length;
    const before = await listening();
    const broker = `${internal.host}:${internal.port}`;
    const app = await startApp('kpm33b-proxy', [
      'simulate',
      '--broker',
      broker,
      '--meters',
      '2',
      '--rate',
      '10',
    ]);
    await until(async () => (await listening()) > before, 'the meters listen');
    return app;
  };

  it('remembers over a restart which meters have their intervals', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sender-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const store = { path: join(folder, 'sender.db') };
    await using meters = await startMeters();
    await using house = await collect(central, 'none');
    await using commands = await collect(internal, 'MQTT_COMMOD_SET_25150000');
    const run = (more = {}) => startApp('kpm33b-config-sender', [], { config: configOf({ store, ...more }) });
    const hear = async (isEnough: () => boolean): Promise<void> =>
      until(
        async () => {
          await house.publish(SEEN, '{"active_power":1}');
          return isEnough();
        },
        'commands were sent',
        20_000,
      );

    const first = await run();
    await hear(() => first.stdout.filter((line) => line.includes('"outcome":"ack"')).length === 2);
    first.process.kill('SIGTERM');
    await first.exit;

    const second = await run();
    await second.log(({ msg }) => msg === 'connected to the internal broker');
    await until(
      async () => (await central.logs()).match(/ 1 kpm33b\/#/g)?.length === 2,
      'it hears the meters',
    );
    for (let times = 0; times < 5; times++) await house.publish(SEEN, '{"active_power":1}');
    second.process.kill('SIGTERM');
    await second.exit;
    expect(commands.messages).toHaveLength(2);

    await using third = await run({ kpm33b_meters: { upload_frequency_seconds: 300 } });
    await until(
      () => third.stdout.filter((line) => line.includes('"outcome":"ack"')).length === 2,
      'changed',
    );
    expect(commands.messages.slice(2).map(({ payload }) => JSON.parse(payload).value)).toEqual(['300', '1']);
    expect(meters.process.exitCode).toBeNull();
  });

  it('sends each interval once if a new configuration makes it start anew, also to meters that are not heard', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sender-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'sender.yaml');
    const store = { path: join(folder, 'sender.db') };
    await writeFile(file, JSON.stringify(configOf({ store })));
    await using _ = await startMeters();
    await using house = await collect(central, 'none');
    await using commands = await collect(internal, 'MQTT_COMMOD_SET_25150000');
    await using app = await startApp('kpm33b-config-sender', ['--config', file]);
    const acks = () => app.stdout.filter((line) => line.includes('"outcome":"ack"')).length;
    await until(
      async () => {
        if (acks() === 0) await house.publish(SEEN, '{"active_power":1}');
        return acks() === 2;
      },
      'the meter has its intervals',
      20_000,
    );
    const more = {
      store,
      homeassistant: { enabled: false },
      kpm33b_meters: { upload_frequency_seconds: 600 },
    };
    await writeFile(file, JSON.stringify(configOf(more)));
    await app.log(({ msg }) => msg === 'configuration applied');
    await until(() => acks() === 4, 'the meter has its new intervals', 20_000);
    const values = commands.messages.map(({ payload }) => JSON.parse(payload).value);
    expect(values).toEqual(['60', '1', '600', '1']);
  });

  it('shows what it cannot read, and does not fill the log with it', async () => {
    await using meter = await collect(internal, 'MQTT_COMMOD_SET_25950029');
    await using house = await collect(central, 'none');
    await using app = await startApp('kpm33b-config-sender', [], {
      config: configOf({ config_sender: { ack_timeout_seconds: 600 } }),
    });
    await until(async () => {
      if (meter.messages.length === 0) await house.publish('kpm33b/33B1225950029/seconds', '{}');
      return meter.messages.length > 0;
    }, 'the meter gets a command');
    for (let times = 0; times < 200; times++) await meter.publish('MQTT_COMMOD_SET_REP', `nonsense ${times}`);
    const { oprid } = JSON.parse(meter.messages[0]!.payload);
    await meter.publish('MQTT_COMMOD_SET_REP', JSON.stringify({ oprid, code: '02' }));
    await app.log(({ outcome }) => outcome === 'rejected');
    const odd = app.stdout.filter((line) => line.includes('malformed-ack')).map((line) => JSON.parse(line));
    expect(odd.map(({ said }) => said)).toEqual(Array.from({ length: 20 }, (_, at) => `nonsense ${at}`));
  });

  it('reads what has arrived before it says that nothing did', async () => {
    const standStill =
      "process.on('SIGUSR2', () => { console.log('standing still'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000); })";
    await using meter = await collect(internal, 'MQTT_COMMOD_SET_25950027');
    await using house = await collect(central, 'none');
    await using app = await startApp('kpm33b-config-sender', [], {
      config: configOf({ config_sender: { ack_timeout_seconds: 4 } }),
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(standStill)}` },
    });
    await until(
      async () => {
        if (meter.messages.length === 0) await house.publish('kpm33b/33B1225950027/seconds', '{}');
        return meter.messages.length > 0;
      },
      'the meter gets a command',
      20_000,
    );
    app.process.kill('SIGUSR2');
    await app.line((line) => line === 'standing still');
    const { oprid } = JSON.parse(meter.messages[0]!.payload);
    await meter.publish('MQTT_COMMOD_SET_REP', JSON.stringify({ oprid, code: '01' }));
    const { outcome } = await app.log(({ outcome }) => outcome !== undefined);
    expect(outcome).toBe('ack');
  });

  it('asks meters for their interval, sets clocks, switches relays, and says what they answer', async () => {
    await using _ = await startMeters();
    const ask = async (...args: readonly string[]) => {
      await using app = await startApp('kpm33b-config-sender', [...args], { config: configOf() });
      const code = await app.exit;
      return { code, answer: app.stdout[0] && JSON.parse(app.stdout[0]), stderr: app.stderr.join('\n') };
    };
    expect(await ask('read-interval', ID, '--level', 'minutes')).toMatchObject({
      code: 0,
      answer: { id: ID, Cmd: '0001', value: '1', code: '01' },
    });
    expect(await ask('set-time', ID, '--time', '20260601120000')).toMatchObject({
      code: 0,
      answer: { id: ID },
    });
    expect(await ask('relay', ID, 'on')).toMatchObject({ code: 0, answer: { id: ID, do1: '1' } });
    const silent = await ask('relay', '33B1225950027', 'off');
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining('command/no-answer')]);
    expect(await ask('relay', 'a/b', 'on')).toMatchObject({ code: 64 });
  });

  it('takes over the configuration of kpm33b_proxy, and says what it leaves behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sender-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const old = join(folder, 'config.yaml');
    await writeFile(
      old,
      'central_broker: { host: house, port: 1883 }\nrfbridge_proxy: { a: 1 }\nkpm33b_meters: { upload_frequency_seconds: 30 }\n',
    );
    await using app = await startApp('kpm33b-config-sender', ['migrate', old]);
    expect(await app.exit).toBe(0);
    expect(app.stdout.join('\n')).toContain('ack_timeout_seconds: 15');
    expect(app.stderr).toEqual([
      expect.stringContaining('rfbridge_proxy: belongs to the bridge for 433 MHz'),
    ]);
    const made = join(folder, 'new.yaml');
    await writeFile(made, app.stdout.join('\n'));
    await using check = await startApp('kpm33b-config-sender', ['check', '--config', made]);
    expect([await check.exit, check.stderr]).toEqual([0, []]);
  });
});
