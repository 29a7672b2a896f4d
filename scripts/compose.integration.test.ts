import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PROJECT = 'meterbridge-test';
/** Ports of this machine that the test takes, so that a running stack is left alone. */
const PORTS = { MQTT_PORT: '21883', DSMR_HTTP_PORT: '28081', KAMSTRUP_HTTP_PORT: '28082' };
const ENV = { ...process.env, ...PORTS, COMPOSE_PROJECT_NAME: PROJECT };

const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
if (!hasEngine && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but no container engine runs');
if (!hasEngine) console.warn('Skipping the tests of docker compose: no container engine runs');

function compose(...args: readonly string[]): string {
  const options = { cwd: ROOT, env: ENV, encoding: 'utf8', timeout: 600_000 } as const;
  return execFileSync('docker', ['compose', '--profile', 'demo', ...args], options);
}

describe.skipIf(!hasEngine)('docker compose --profile demo', () => {
  afterAll(() => {
    compose('down', '--volumes', '--timeout', '10');
  });

  const readings = (topic: string): readonly Readonly<Record<string, unknown>>[] => {
    const subscribe = ['mosquitto_sub', '-t', topic, '-C', '2', '-W', '30'];
    const lines = compose('exec', '-T', 'mosquitto-central', ...subscribe)
      .trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line));
  };

  it('brings everything to healthy, and a subscriber sees readings', () => {
    compose('up', '--build', '--wait');
    const [power, heat] = [readings('meters/dsmr/dsmr_main'), readings('meters/multical/heat')];
    expect([power.length, heat.length]).toEqual([2, 2]);
    for (const reading of power) expect(reading.current_electricity_usage).toEqual(expect.any(Number));
    for (const reading of heat) expect(reading.energy).toEqual(expect.any(Number));
  }, 900_000);

  it.each(['dsmr-bridge', 'kamstrup-bridge'])(
    'runs %s without root, capabilities, or a disk to write to',
    (app) => {
      const status = compose('exec', '-T', app, 'cat', '/proc/1/status');
      expect(status).toMatch(/^Uid:\s+1000\s/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      const write = ['node', '-e', 'require("fs").writeFileSync("/app/x", "")'];
      expect(() => compose('exec', '-T', app, ...write)).toThrow(/EROFS/);
    },
    60_000,
  );

  it('keeps the last reading over a restart of the broker, as it stops cleanly', () => {
    compose('restart', 'mosquitto-central');
    compose('up', '--wait');
    const subscribe = ['mosquitto_sub', '-t', 'meters/dsmr/dsmr_main', '-C', '1', '-W', '20'];
    expect(JSON.parse(compose('exec', '-T', 'mosquitto-central', ...subscribe))).toHaveProperty(
      'meter.id',
      'dsmr_main',
    );
  }, 120_000);
});
