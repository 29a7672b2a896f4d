import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Broker,
  collect,
  freePort,
  hasRealBroker,
  passwordFile,
  type RunningApp,
  startApp,
  startBroker,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, hasSocat, tcpMeter, telegram } from './bridge.fixture.ts';

const isReal = await hasRealBroker();
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const run = (address: string, meter: object = {}): Promise<RunningApp> =>
  startApp('dsmr-bridge', ['run'], { config: bridgeConfig(broker.url, address, meter) });

/** How often a code stands in the log so far. */
const linesWith = (app: RunningApp, code: string): number =>
  app.stdout.filter((line) => JSON.parse(line).err?.code === code).length;

describe('a wrong configuration', () => {
  it('ends the program with exit code 78 and says where and what', async () => {
    await using app = await startApp('dsmr-bridge', ['run'], {
      config: { mqtt: { url: 'localhost' }, meter: [] },
    });
    expect(await app.exit).toBe(78);
    const said = app.stderr.join('\n');
    expect(said).toContain('mqtt.url');
    expect(said).toContain('did you mean "meters"?');
    expect(said).toContain('config/invalid');
  });

  it('is told from a wrong command line by exit code 64', async () => {
    await using app = await startApp('dsmr-bridge', ['run', '--confg', 'x']);
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain('--config');
  });
});

describe('a meter that cannot be reached', () => {
  it.each([
    ['a port that nobody listens on', async () => `tcp://127.0.0.1:${await freePort()}`, 'link/refused'],
    ['a serial device that does not exist', async () => '/dev/ttyNOWHERE', 'link/not-found'],
    ['a host that does not exist', async () => 'tcp://nowhere.invalid:2001', 'link/not-found'],
    ['a file that is no serial device', async () => '/dev/null', 'link/not-serial'],
  ])('%s: one line with a code and a hint, and the bridge goes on', async (_, address, code) => {
    await using seen = await collect(broker, 'meters/bridge/#');
    await using app = await run(await address());
    const { err } = await app.log((record) => record.err?.code === code);
    expect(err?.hint).not.toBe('');
    await seen.next(({ payload, retain }) => payload === 'online' && !retain);
    expect(app.process.exitCode).toBeNull();
    expect(linesWith(app, code)).toBe(1);
  });
});

describe('a line that sends rubbish', () => {
  it('publishes every good telegram between bad ones, and says what was wrong with the bad ones', async () => {
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    await using meter = await tcpMeter();
    await using app = await run(`tcp://127.0.0.1:${meter.tcpPort}`);
    await meter.connected();
    await app.log(({ msg }) => msg === 'connected to the broker');
    const damaged = telegram('00.111', '260131130501W');
    damaged[100]! ^= 1;
    meter.send(Uint8Array.from({ length: 3_000 }, (_, at) => (at * 7919) % 256));
    meter.send(telegram('00.222', '260131130502W'));
    meter.send(damaged);
    meter.send(telegram('00.333', '260131130503W').subarray(0, 150));
    meter.send(telegram('00.444', '260131130504W'));
    const power = async (): Promise<number> => {
      const { payload } = await seen.next(({ retain }) => !retain);
      return JSON.parse(payload).current_electricity_usage;
    };
    expect([await power(), await power()]).toEqual([0.222, 0.444]);
    await app.log(({ err }) => err?.code === 'frame/checksum');
    await app.log(({ err }) => err?.code === 'frame/truncated');
  });

  it('drops a telegram that never ends, and reads the next', async () => {
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    await using meter = await tcpMeter();
    await using app = await run(`tcp://127.0.0.1:${meter.tcpPort}`);
    await meter.connected();
    meter.send(Buffer.from(`/ISK5\\ENDLESS\r\n\r\n${'1-0:1.8.1(000001.000*kWh)\r\n'.repeat(2_000)}`));
    meter.send(telegram('00.555', '260131130505W'));
    const { payload } = await seen.next(({ retain }) => !retain);
    expect(JSON.parse(payload).current_electricity_usage).toBe(0.555);
    await app.log(({ err }) => err?.code === 'frame/overlong');
  });

  it('takes no telegram without CRC from a meter that has sent one', async () => {
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    await using meter = await tcpMeter();
    await using app = await run(`tcp://127.0.0.1:${meter.tcpPort}`);
    await meter.connected();
    const bare = Buffer.from(telegram('00.777', '260131130507W'))
      .toString('latin1')
      .replace(/![0-9A-F]{4}/, '!');
    meter.send(telegram('00.666', '260131130506W'));
    meter.send(Buffer.from(bare, 'latin1'));
    meter.send(telegram('00.888', '260131130508W'));
    await seen.next(({ payload }) => JSON.parse(payload).current_electricity_usage === 0.888);
    await app.log(({ err }) => err?.code === 'frame/checksum-missing');
    expect(seen.messages.map(({ payload }) => JSON.parse(payload).current_electricity_usage)).not.toContain(
      0.777,
    );
  });
});

describe('a serial server that restarts', () => {
  it('is found again, and nothing of before is joined to what comes then', async () => {
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    const port = String(await freePort());
    const server = () =>
      startApp('dsmr-bridge', ['simulate', '--listen', `tcp://127.0.0.1:${port}`, '--interval', '200']);
    const first = await server();
    await first.line((line) => line.includes(port));
    await using app = await run(`tcp://127.0.0.1:${port}`);
    await seen.next(({ retain }) => !retain);
    await first[Symbol.asyncDispose]();
    await app.log(({ err }) => err?.code === 'link/refused');
    await using second = await server();
    await second.line((line) => line.includes(port));
    await app.log(({ msg }) => msg === 'readings arrive again');
    expect(linesWith(app, 'frame/checksum')).toBe(0);
  }, 60_000);
});

describe('a log that nobody reads any more', () => {
  it('does not stop the bridge', async () => {
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    await using meter = await tcpMeter();
    await using app = await run(`tcp://127.0.0.1:${meter.tcpPort}`);
    await app.log(({ msg }) => msg === 'connected to the broker');
    app.process.stdout?.destroy();
    await meter.connected();
    for (const second of ['11', '12', '13']) {
      meter.send(telegram(`00.0${second}`, `2601311305${second}W`));
      // Each hang-up is a line that cannot be written.
      await seen.next(
        ({ payload }) => JSON.parse(payload).current_electricity_usage === Number(`0.0${second}`),
      );
      meter.hangUp();
      await meter.connected();
    }
    expect(app.process.exitCode).toBeNull();
  });
});

describe('a broker that makes trouble', () => {
  it('is waited for when it is not there yet', async () => {
    await using late = await startBroker();
    await late.stop();
    await using meter = await tcpMeter();
    const config = bridgeConfig(late.url, `tcp://127.0.0.1:${meter.tcpPort}`);
    await using app = await startApp('dsmr-bridge', ['run'], { config });
    await app.log(({ err }) => err?.code === 'mqtt/unreachable');
    await meter.connected();
    meter.send(telegram('00.123'));
    await app.log(({ msg }) => msg === 'readings arrive');
    await late.start();
    await using seen = await collect(late, 'meters/#');
    const { payload } = await seen.next(({ topic }) => topic === 'meters/dsmr/dsmr_main', 30_000);
    expect(JSON.parse(payload).current_electricity_usage).toBe(0.123);
  }, 60_000);

  it.skipIf(!isReal)(
    'that refuses the password is named with the user, never with the password',
    async () => {
      await using strict = await startBroker({
        files: { passwords: passwordFile({ bridge: 'right' }) },
        config: ['allow_anonymous false', 'password_file passwords'],
      });
      const config = bridgeConfig(strict.url, 'tcp://127.0.0.1:9');
      const mqtt = { ...config.mqtt, username: 'bridge', password: 'wr0ng-canary' };
      await using app = await startApp('dsmr-bridge', ['run'], { config: { ...config, mqtt } });
      const { err } = await app.log((record) => record.err?.code === 'mqtt/refused');
      expect(JSON.stringify(err)).toContain('bridge');
      app.process.kill('SIGTERM');
      expect(await app.exit).toBe(0);
      expect([...app.stdout, ...app.stderr].join('\n')).not.toContain('wr0ng-canary');
    },
  );
});

describe.skipIf(!hasSocat)('a serial port', () => {
  it('is read, lost when it is unplugged, and found again when it is plugged in', async () => {
    const path = join(tmpdir(), `p1-${process.pid}`);
    const meter = () => startApp('dsmr-bridge', ['simulate', '--pty', path, '--interval', '100']);
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    const first = await meter();
    await first.line((line) => line.includes(path));
    await using app = await run(`serial://${path}`);
    await seen.next(({ retain }) => !retain);
    await first[Symbol.asyncDispose]();
    await app.log(({ err }) => err?.code === 'link/lost');
    await using second = await meter();
    await second.line((line) => line.includes(path));
    await app.log(({ msg }) => msg === 'readings arrive again');
  }, 60_000);

  it('that another program has is said to be busy', async () => {
    const path = join(tmpdir(), `p1-busy-${process.pid}`);
    await using meter = await startApp('dsmr-bridge', ['simulate', '--pty', path]);
    await meter.line((line) => line.includes(path));
    await using first = await run(`serial://${path}`);
    await first.log(({ msg }) => msg === 'readings arrive');
    await using second = await run(`serial://${path}`);
    await second.log(({ err }) => err?.code === 'link/busy');
  }, 60_000);
});
