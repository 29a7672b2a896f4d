import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, collect, freePort, startApp, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, type TcpMeter, tcpMeter, telegram } from './bridge.fixture.ts';
import { keysOf } from './encryption.ts';
import { sealTelegram } from './simulator/seal.ts';

const KEY = '0123456789ABCDEF0123456789ABCDEF';
const KEYS = keysOf(KEY, undefined);
const folder = mkdtempSync(join(tmpdir(), 'keys-'));
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true });
});

async function run(meter: TcpMeter, keys: object, more: object = {}) {
  const config = { ...bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`, keys), ...more };
  const app = await startApp('dsmr-bridge', ['run'], { config });
  await meter.connected();
  await app.log(({ msg }) => msg === 'connected to the broker');
  return app;
}

const powerOf = (payload: string): number => JSON.parse(payload).current_electricity_usage;

describe('a meter that encrypts', () => {
  it('is published with the key from a file, each telegram once', async () => {
    writeFileSync(join(folder, 'key'), `${KEY}\n`);
    await using seen = await collect(broker, 'meters/dsmr/dsmr_main');
    await using meter = await tcpMeter();
    await using app = await run(meter, { key_file: join(folder, 'key') });
    const recorded = sealTelegram(telegram('00.111'), KEYS, 41);
    meter.send(recorded);
    meter.send(sealTelegram(telegram('00.222', '260131130501W'), KEYS, 42));
    meter.send(recorded);
    meter.send(sealTelegram(telegram('00.333', '260131130502W'), KEYS, 43));
    await seen.next(({ payload }) => powerOf(payload) === 0.333);
    await app.log(({ err }) => err?.code === 'frame/replayed');
    expect(seen.messages.map(({ payload }) => powerOf(payload))).toEqual([0.111, 0.222, 0.333]);
  });

  it('is not taken in by frames that were recorded before a restart', async () => {
    const keys = { id: 'restarted', key: KEY };
    const store = { path: join(folder, 'restarted.db') };
    await using seen = await collect(broker, 'meters/dsmr/restarted');
    await using meter = await tcpMeter();
    const recorded = sealTelegram(telegram('00.111'), KEYS, 41);
    {
      await using before = await run(meter, keys, { store });
      meter.send(recorded);
      await seen.next(({ payload }) => powerOf(payload) === 0.111);
      before.process.kill('SIGTERM');
      expect(await before.exit).toBe(0);
    }
    await using after = await run(meter, keys, { store });
    meter.send(recorded);
    await after.log(({ err }) => err?.code === 'frame/replayed');
    meter.send(sealTelegram(telegram('00.222', '260131130501W'), KEYS, 42));
    await seen.next(({ payload }) => powerOf(payload) === 0.222);
  });

  it('with a wrong key publishes nothing, and says so once, without the key', async () => {
    const wrong = 'BADC0FFEEBADC0FFEEBADC0FFEEBADC0';
    await using seen = await collect(broker, 'meters/dsmr/other');
    await using meter = await tcpMeter();
    await using app = await run(meter, { id: 'other', key: wrong });
    for (let counter = 1; counter <= 20; counter++)
      meter.send(sealTelegram(telegram('00.111'), KEYS, counter));
    const { err } = await app.log((record) => record.err?.code === 'frame/decryption');
    expect(err).toMatchObject({
      message: expect.stringContaining('the key does not fit'),
      hint: expect.stringContaining('key is wrong'),
    });
    // A plain telegram comes after all of them.
    meter.send(telegram('00.222'));
    const { payload } = await seen.next(({ retain }) => !retain);
    expect([powerOf(payload), seen.messages.length]).toEqual([0.222, 1]);
    const said = [...app.stdout, ...app.stderr];
    expect(said.filter((line) => line.includes('frame/decryption'))).toHaveLength(1);
    expect(said.join('\n')).not.toContain(wrong);
  });

  it('without a key is told what it needs', async () => {
    await using meter = await tcpMeter();
    await using app = await run(meter, { id: 'third' });
    meter.send(sealTelegram(telegram('00.111'), KEYS, 1));
    const { err } = await app.log((record) => record.err?.code === 'frame/encrypted');
    expect(err?.hint).toContain('set key');
  });

  it('is not read with something that is no key: the configuration is refused without showing it', async () => {
    const config = bridgeConfig(broker.url, 'tcp://127.0.0.1:9', { key: 'C0FFEE' });
    await using app = await startApp('dsmr-bridge', ['check'], { config });
    expect(await app.exit).toBe(78);
    const said = app.stderr.join('\n');
    expect(said).toContain('meters[0].key: must be a key of 32 hexadecimal digits');
    expect(said).not.toContain('C0FFEE');
  });
});

describe('a simulated meter', () => {
  it('encrypts with a key', async () => {
    await using seen = await collect(broker, 'meters/dsmr/simulated');
    const address = `tcp://127.0.0.1:${await freePort()}`;
    const simulate = ['simulate', '--listen', address, '--interval', '100', '--key', KEY];
    await using meter = await startApp('dsmr-bridge', simulate);
    await meter.line((line) => line.includes(address));
    const config = bridgeConfig(broker.url, address, { id: 'simulated', key: KEY, tag: 'verify' });
    await using app = await startApp('dsmr-bridge', ['run'], { config });
    const { payload } = await seen.next(({ retain }) => !retain);
    expect(JSON.parse(payload).meter.serial_number).not.toBeNull();
    expect(app.process.exitCode).toBeNull();
  });
});
