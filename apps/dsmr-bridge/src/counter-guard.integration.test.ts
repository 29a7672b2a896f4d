import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeP1 } from '@meterbridge/core/frames';
import type { BridgeStatus } from '@meterbridge/core/page';
import {
  type Broker,
  type Collector,
  collect,
  type RunningApp,
  startApp,
  startBroker,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, tcpMeter } from './bridge.fixture.ts';

let broker: Broker;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guard-'));
  broker = await startBroker();
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** @param energy in kWh, as the meter prints it */
function telegram(energy: string, second: string): Uint8Array {
  return encodeP1('ISK5\\2M550T-1012', [
    '1-3:0.2.8(50)',
    `0-0:1.0.0(2601311305${second}W)`,
    '0-0:96.1.1(4530303439303037363432313534323230)',
    `1-0:1.8.1(${energy}*kWh)`,
    '1-0:1.7.0(00.196*kW)',
  ]);
}

/** What is read from now on is published as it comes. */
async function startBridge(config: object): Promise<RunningApp> {
  const app = await startApp('dsmr-bridge', ['run'], { config });
  await app.log(({ msg }) => msg === 'connected to the broker');
  return app;
}

/** The energy of the readings in their order. */
async function energies(seen: Collector, count: number): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  while (found.length < count) {
    const { payload } = await seen.next(({ topic, retain }) => topic === 'meters/dsmr/dsmr_main' && !retain);
    found.push(JSON.parse(payload).electricity_used_tariff_1);
  }
  return found;
}

describe('a total that cannot be true', () => {
  it('never reaches MQTT, also after a restart or a kill, and an exchanged meter does', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using meter = await tcpMeter();
    const store = { path: join(folder, 'guard.db') };
    const http = { port: 18_431 };
    const address = `tcp://127.0.0.1:${meter.tcpPort}`;
    const config = { ...bridgeConfig(broker.url, address), store, http };
    {
      await using app = await startBridge(config);
      await meter.connected();
      meter.send(telegram('004512.345', '01'));
      meter.send(telegram('000000.000', '02'));
      meter.send(telegram('004512.346', '03'));
      meter.send(telegram('994512.347', '04'));
      expect(await energies(seen, 4)).toEqual([4512.345, null, 4512.346, null]);
      const held = await app.log(({ err }) => err?.code === 'counter/held');
      expect(held.err).toMatchObject({
        message: 'dsmr_main: electricity_used_tariff_1 went from 4512.345 to 0.000 kWh',
      });
      const page = `http://127.0.0.1:${http.port}`;
      const status = await (await fetch(`${page}/status`)).text();
      const { meters, warnings }: BridgeStatus = JSON.parse(status);
      // Also held back is the sum of the tariffs, which is as false.
      expect(meters[0]?.held).toEqual({ electricity_used_tariff_1: 2, electricity_active_import_total: 2 });
      expect(warnings[0]).toMatchObject({ code: 'counter/held' });
      expect(await (await fetch(`${page}/metrics`)).text()).toContain(
        'meterbridge_held_values_total{meter="dsmr_main",parameter="electricity_used_tariff_1"} 2',
      );
      meter.send(telegram('004512.348', '05'));
      expect(await energies(seen, 1)).toEqual([4512.348]);
      app.process.kill('SIGTERM');
      await app.exit;
    }
    {
      await using again = await startBridge(config);
      await meter.connected();
      meter.send(telegram('000000.000', '06'));
      meter.send(telegram('004512.349', '07'));
      expect(await energies(seen, 2)).toEqual([null, 4512.349]);
      again.process.kill('SIGKILL');
      await again.exit;
    }
    await using _killed = await startBridge(config);
    await meter.connected();
    meter.send(telegram('000000.012', '08'));
    meter.send(telegram('000000.013', '09'));
    meter.send(telegram('000000.014', '10'));
    expect(await energies(seen, 3)).toEqual([null, 0.013, 0.014]);
    const attribute = 'meters/dsmr/dsmr_main/electricity_used_tariff_1';
    const told = seen.messages.filter(({ topic }) => topic === attribute).map(({ payload }) => payload);
    expect(told).not.toContain('0.000');
    expect(told.filter((text) => Number(text) > 5_000)).toEqual([]);
  });

  it('passes where the guard is switched off', async () => {
    await using seen = await collect(broker, 'meters/#');
    await using meter = await tcpMeter();
    const address = `tcp://127.0.0.1:${meter.tcpPort}`;
    const config = bridgeConfig(broker.url, address, { counter_guard: { enabled: false } });
    await using _app = await startBridge(config);
    await meter.connected();
    meter.send(telegram('004512.345', '01'));
    meter.send(telegram('000000.000', '02'));
    expect(await energies(seen, 2)).toEqual([4512.345, 0]);
  });
});
