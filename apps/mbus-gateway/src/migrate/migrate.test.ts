import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';

const SECOND = `
mqtt: { broker: 10.0.0.9, port: 1884, username: house, password: "s3cret: #1", client_id: mbus, topic_prefix: homeassistant, qos: 2, keepalive: 60, reconnect: { min_delay: 5 } }
mbus: { port: "socket://10.0.0.5:10001", baudrate: 2400, timeout: 5.0, scan_interval: 7200, read_interval: 15 }
homeassistant: { discovery_prefix: ha, availability: { expire_after: 300 }, bridge_state_topic: mbus/bridge/state }
persistence: { database: /var/lib/mbus-gateway/state.db, history_days: 3, max_queue_size: 5000 }
monitoring: { enable_http: true, http_port: 8081, metrics_path: /metrics }
logging: { level: WARNING, format: json, file: /var/log/gateway.log, max_size_mb: 50, backup_count: 5, error_file: /var/log/error.log }
gateway: { name: M-Bus Gateway }
advanced: { circuit_breaker: { enabled: true, failure_threshold: 4, timeout: 300 }, worker_threads: 4 }
knx: { on: true }
`;

const FIRST = `{
  "mqtt_broker": "localhost", "mqtt_port": 1883, "mqtt_topic": "mbus", "mqtt_username": "u", "mqtt_password": "p",
  "mbus_port": "/dev/ttyUSB0", "mbus_baudrate": 9600, "reading_interval_minutes": 2, "enable_discovery": false,
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
        rescan: 7_200_000,
        interval: 15_000,
      },
    ]);
    expect(notes.map((note) => note.split(':')[0])).toEqual([
      'mqtt.topic_prefix',
      'mqtt.reconnect',
      'mbus.timeout',
      'homeassistant.availability',
      'homeassistant.bridge_state_topic',
      'monitoring.metrics_path',
      'logging.error_file',
      'gateway',
      'advanced.circuit_breaker.enabled',
      'advanced.worker_threads',
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
    expect(notes).toEqual(['mqtt_topic: topics begin with mqtt.base_topic (meters) now']);
  });
});
