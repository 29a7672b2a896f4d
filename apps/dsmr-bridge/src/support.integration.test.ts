import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, tcpMeter, telegram } from './bridge.fixture.ts';

const SECRET = 'canary-7f3a';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'support-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('support-bundle', () => {
  it('holds what helps, no secret, and frames that decode and simulate take back', async () => {
    await using broker = await startBroker();
    await using meter = await tcpMeter();
    const port = await freePort();
    const { mqtt, ...rest } = bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`);
    const config = { ...rest, mqtt: { ...mqtt, username: 'bridge', password: SECRET }, http: { port } };
    await using app = await startApp('dsmr-bridge', ['run'], { config });
    await meter.connected();
    meter.send(telegram('00.196'));
    meter.send(telegram('00.197', '260131130501W'));
    await app.log(({ msg }) => msg === 'readings arrive');

    const file = join(folder, 'bundle.json');
    await using making = await startApp('dsmr-bridge', ['support-bundle', '--out', file], { config });
    expect(await making.exit).toBe(0);
    expect(making.stdout.join('\n')).toContain('look through it');
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(SECRET);
    const bundle = JSON.parse(text);
    expect(bundle).toMatchObject({
      app: 'dsmr-bridge',
      unreachable: null,
      config: { mqtt: { username: 'bridge', password: '********' } },
      status: { meters: [{ id: 'dsmr_main' }, { id: 'dsmr_main_gas' }] },
    });
    expect(bundle.status.log).toContainEqual(expect.objectContaining({ text: 'readings arrive' }));
    expect(bundle.metrics).toContain('meterbridge_readings_total{line="dsmr_main"} 4');
    for (const path of ['', 'status', 'metrics', 'health', 'frames?line=dsmr_main'])
      expect(await (await fetch(`http://127.0.0.1:${port}/${path}`)).text()).not.toContain(SECRET);

    await using decoding = await startApp('dsmr-bridge', ['decode', file]);
    expect(await decoding.exit).toBe(0);
    expect(decoding.stdout.map((line) => JSON.parse(line).timestamp)).toEqual([
      '2026-01-31T13:05:00+01:00',
      '2026-01-31T13:05:01+01:00',
    ]);

    const replayPort = await freePort();
    const listen = `tcp://127.0.0.1:${replayPort}`;
    await using _replay = await startApp('dsmr-bridge', [
      'simulate',
      '--listen',
      listen,
      '--replay',
      file,
      '--interval',
      '3000',
    ]);
    await _replay.line((line) => line.startsWith('P1 port on'));
    await using reading = await startApp('dsmr-bridge', ['read'], {
      config: bridgeConfig(broker.url, listen),
    });
    await reading.line((line) => line.includes('"current_electricity_usage":{"value":0.19'));
  });

  it('holds the configuration where no bridge runs, and says so', async () => {
    const config = { ...bridgeConfig('mqtt://localhost', '/dev/ttyUSB0'), http: { port: await freePort() } };
    await using making = await startApp('dsmr-bridge', ['support-bundle', '--out', '-'], { config });
    expect(await making.exit).toBe(0);
    expect(JSON.parse(making.stdout.join('\n'))).toMatchObject({
      unreachable: expect.stringContaining(`127.0.0.1:${config.http.port}`),
      status: null,
      config: { meters: [{ id: 'dsmr_main' }] },
    });
  });

  it('says what it cannot write', async () => {
    const config = bridgeConfig('mqtt://localhost', '/dev/ttyUSB0');
    const args = ['support-bundle', '--out', '/no/such/folder/bundle.json'];
    await using making = await startApp('dsmr-bridge', args, { config });
    expect(await making.exit).toBe(1);
    expect(making.stderr.join('\n')).toContain('output/unwritable');
  });
});
