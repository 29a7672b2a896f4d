import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@meterbridge/testing';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PROJECT = 'meterbridge-test';
/** Ports of this machine that are set, so that a running stack is left alone. */
const PORTS = [
  'MQTT',
  'MQTTS',
  'INTERNAL',
  ...['DSMR', 'KAMSTRUP', 'MBUS', 'HOYMILES', 'KPM33B', 'KPM33B_SENDER'].map((app) => `${app}_HTTP`),
];
const APPS = [
  'dsmr-bridge',
  'kamstrup-bridge',
  'mbus-gateway',
  'hoymiles-bridge',
  'kpm33b-proxy',
  'kpm33b-config-sender',
];
/** A topic of each bridge with what it must hold. */
const READINGS = [
  ['meters/dsmr/dsmr_main', 'current_electricity_usage'],
  ['meters/multical/heat', 'energy'],
  ['meters/mbus/bus_685412342D2C0104', 'energy'],
  ['meters/hoymiles/roof', 'pv_power'],
  ['meters/hoymiles/balcony', 'pv_power'],
  ['meters/hoymiles/balcony_116400000001', 'grid_voltage'],
  ['kpm33b/33B1225150000/seconds', 'active_power'],
] as const;
const ENV: NodeJS.ProcessEnv = { ...process.env, COMPOSE_PROJECT_NAME: PROJECT };
for (const name of PORTS) ENV[`${name}_PORT`] = String(await freePort());

const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
if (!hasEngine && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but no container engine runs');
if (!hasEngine) console.warn('Skipping the tests of docker compose: no container engine runs');

function compose(...args: readonly string[]): string {
  const options = { cwd: ROOT, env: ENV, encoding: 'utf8', timeout: 600_000 } as const;
  return execFileSync('docker', ['compose', '--profile', 'demo', ...args], options);
}

it.skipIf(!hasEngine)('a swarm takes what docs/OPERATIONS.md makes of it', () => {
  const [block = ''] =
    /^docker compose -f[\s\S]*?>stack\.yml$/m.exec(readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8')) ??
    [];
  const command = block.replace('>stack.yml', '| docker stack config -c -');
  const stack = execFileSync('sh', ['-c', command], { cwd: ROOT, env: ENV, encoding: 'utf8' });
  for (const app of APPS) expect(stack).toContain(`\n  ${app}:\n`);
});

describe.skipIf(!hasEngine)('docker compose --profile demo', () => {
  afterAll(() => {
    compose('down', '--volumes', '--timeout', '10');
  });

  const readingOf = (topic: string): Readonly<Record<string, unknown>> => {
    // KPM33B meters send every 30 seconds, and the broker keeps nothing of them.
    const subscribe = ['mosquitto_sub', '-t', topic, '-C', '1', '-W', '70'];
    return JSON.parse(compose('exec', '-T', 'mosquitto-central', ...subscribe));
  };

  it('brings everything to healthy', () => {
    compose('up', '--build', '--wait');
  }, 900_000);

  it.each(READINGS)(
    'has a subscriber see readings on %s',
    (topic, value) => {
      expect(readingOf(topic)).toHaveProperty(value, expect.any(Number));
    },
    80_000,
  );

  it.each(APPS)(
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
    expect(readingOf('meters/dsmr/dsmr_main')).toHaveProperty('meter.id', 'dsmr_main');
  }, 120_000);
});
