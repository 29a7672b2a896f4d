import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';

const SECOND = `
mqtt: { broker: 10.0.0.9, port: 1884, username: house, password: "s3cret: #1", client_id: mbus, topic_prefix: homeassistant, qos: 2, keepalive: 60, reconnect: { min_delay: 5, max_delay: 300, exponential: true } }
mbus: { port: "socket://10.0.0.5:10001", baudrate: 2400, timeout: 5.0, scan_interval: 7200, read_interval: 15, max_retries: 3, retry_delay: 2.0 }
homeassistant: { discovery_prefix: ha, availability: { expire_after: 300, heartbeat_interval: 60 }, bridge_state_topic: mbus/bridge/state }
persistence: { database: /var/lib/mbus-gateway/state.db, enable_recovery: true, history_days: 3, max_queue_size: 5000, cleanup_interval: 86400 }
monitoring: { enable_http: true, http_port: 8081, enable_metrics: true, metrics_path: /metrics, enable_watchdog: true, watchdog_interval: 30 }
logging: { level: WARNING, format: json, file: /var/log/gateway.log, max_size_mb: 50, backup_count: 5, error_file: /var/log/error.log }
gateway: { name: M-Bus Gateway, manufacturer: Custom, model: M-Bus MQTT Gateway v2, version: 2.0.0 }
advanced: { circuit_breaker: { enabled: true, failure_threshold: 4, timeout: 300 }, worker_threads: 4, graceful_shutdown_timeout: 30, memory_limit_mb: 256 }
knx: { on: true }
`;

const FIRST = `{
  "mqtt_broker": "localhost", "mqtt_port": 1883, "mqtt_topic": "mbus", "mqtt_username": "u", "mqtt_password": "p",
  "mbus_port": "/dev/ttyUSB0", "mbus_baudrate": 9600, "reading_interval_minutes": 2, "enable_discovery": false,
  "mbus_scan_interval_minutes": 60, "discovery_interval_minutes": 15, "enable_debug": true, "use_cli_v2": true,
  "known_devices": [
    { "address": 5, "name": "Heat", "enabled": true, "type": "primary", "baudrate": 2400, "poll_interval_seconds": 900 },
    { "address": "1234567824400107", "poll_interval_minutes": 60 },
    { "address": 7, "enabled": false }
  ]
}`;

/** What the command prints, as the bridge reads it. */
async function migrated(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mbus-'));
  try {
    await writeFile(join(folder, name), text);
    await using app = await startApp('mbus-gateway', ['migrate', join(folder, name)]);
    expect(await app.exit).toBe(0);
    const file = join(folder, 'ours.yaml');
    await writeFile(file, `${app.stdout.join('\n')}\n`);
    return { config: loadConfig(config, { file, env: {} }).config, notes: app.stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a command says of a file. */
async function told(text: string, args: (file: string) => readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'mbus-'));
  try {
    const file = join(folder, 'old.yaml');
    await writeFile(file, text);
    await using app = await startApp('mbus-gateway', args(file));
    const code = await app.exit;
    return { code, stdout: app.stdout.join('\n'), stderr: app.stderr.join('\n') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('migrate', () => {
  it('takes over the config.yaml of version 2', async () => {
    const { config: ours, notes } = await migrated('config.yaml', SECOND);
    expect(ours).toMatchObject({
      mqtt: {
        url: 'mqtt://10.0.0.9:1884',
        username: 'house',
        password: 's3cret: #1',
        client_id: 'mbus',
        qos: 2,
        keepalive: 60_000,
        topics: { attribute: 'homeassistant/device/{meter}/{parameter}' },
      },
      log: {
        level: 'warn',
        format: 'json',
        file: { path: '/var/log/gateway.log', max_size: 50_000_000, max_files: 5 },
      },
      http: { host: '0.0.0.0', port: 8081 },
      store: {
        path: '/var/lib/mbus-gateway/state-meterbridge.db',
        outbox: { max_messages: 5000 },
        history: { retention: 259_200_000 },
      },
      homeassistant: { discovery_prefix: 'ha' },
      breaker: { failures: 4, reset_after: 300_000 },
    });
    expect(ours.meters).toMatchObject([
      {
        id: 'mbus_meter',
        address: { url: 'tcp://10.0.0.5:10001' },
        baud: 2400,
        meter: 'FFFFFFFFFFFFFFFF',
        discover: 'interval',
        rescan: 7_200_000,
        expire_after: 300_000,
        interval: 15_000,
      },
    ]);
    expect(notes.map((note) => note.split(':')[0])).toEqual([
      'mqtt.topic_prefix',
      'mqtt.reconnect',
      'mbus.timeout',
      'mbus.max_retries',
      'mbus.retry_delay',
      'homeassistant.availability.heartbeat_interval',
      'homeassistant.bridge_state_topic',
      'persistence.enable_recovery',
      'persistence.cleanup_interval',
      'monitoring.enable_metrics',
      'monitoring.metrics_path',
      'monitoring.enable_watchdog',
      'monitoring.watchdog_interval',
      'logging.error_file',
      'gateway',
      'advanced.circuit_breaker.enabled',
      'advanced.worker_threads',
      'advanced.graceful_shutdown_timeout',
      'advanced.memory_limit_mb',
      'knx.on',
      'meters[].interval',
    ]);
  });

  it('takes over the config.json of version 1, wherever it lies', async () => {
    const { config: ours, notes } = await migrated('old.json', FIRST);
    expect(ours.mqtt).toMatchObject({ url: 'mqtt://localhost:1883', username: 'u', password: 'p' });
    expect(ours.meters).toMatchObject([
      { id: 'mbus_meter_5', name: 'Heat', baud: 2400, meter: 5, interval: 900_000 },
      { id: 'mbus_meter_1234567824400107', baud: 9600, meter: '1234567824400107', interval: 3_600_000 },
    ]);
    expect(ours.meters).toHaveLength(2);
    expect(ours.mqtt.topics.attribute).toBe('mbus/device/{meter}/{parameter}');
    expect(ours.log.level).toBe('debug');
    expect(notes.map((note) => note.split(':')[0])).toEqual(['mqtt_topic', 'use_cli_v2']);
  });
});

describe('check', () => {
  const check = (file: string) => ['check', '--config', file];

  it.each([
    ['config.yaml of version 2', SECOND, 'version 2', 'knx.on: has no counterpart'],
    ['config.json of version 1', FIRST, 'version 1', 'mqtt_topic: '],
  ])('says of a %s that it can be taken over, and how', async (_of, text, version, note) => {
    const { code, stdout, stderr } = await told(text, check);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${version}; it can be taken over:`);
    expect(stdout).toMatch(/mbus-gateway migrate \S+old\.yaml > mbus-gateway\.yaml/);
    expect(stdout).toContain(note);
    expect(stdout).not.toContain('s3cret');
  });

  it.each([
    [SECOND.replace('1884', '99999'), 'mqtt.url: '],
    [FIRST.replace('"address": 5', '"address": 251'), 'meters[0].meter: must be a primary address'],
  ])('says what of an old file cannot be taken over', async (text, problem) => {
    for (const command of [check, (file: string) => ['migrate', file]]) {
      const { code, stdout, stderr } = await told(text, command);
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toContain(problem);
    }
  });

  it('takes other files for ours', async () => {
    const { code, stderr } = await told('mqtt: { url: mqtt://localhost }', check);
    expect(code).toBe(78);
    expect(stderr).toContain('meters');
  });
});

describe('run', () => {
  it('does not begin with an old file, but says how to take it over', async () => {
    const { code, stderr } = await told(SECOND, (file) => ['run', '--config', file]);
    expect(code).toBe(78);
    expect(stderr).toContain('version 2');
    expect(stderr).toContain('mbus-gateway migrate');
  });
});
