import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { migrate } from './index.ts';
import { readSettings } from './settings.ts';
import { legacyVariables } from './variables.ts';

// Every variable of hoymiles-mqtt and hoymiles-smiles.
const ALL = `MQTT_BROKER=10.0.0.9
MQTT_PORT=8883
MQTT_USER=house
MQTT_PASSWORD=s3cret
MQTT_TLS=true
MQTT_TLS_INSECURE=false
MQTT_TLS_CA_CERT=/ca.pem
MQTT_CLIENT_ID=hoymiles-mqtt
MQTT_TOPIC_PREFIX=homeassistant
DTU_HOST=192.168.1.20
DTU_PORT=502
MODBUS_UNIT_ID=1
MICROINVERTER_TYPE=HM
QUERY_PERIOD=60
EXPIRE_AFTER=300
MI_ENTITIES=grid_voltage,temperature
PORT_ENTITIES=pv_power
EXCLUDE_INVERTERS=["116100000001"]
COMM_TIMEOUT=3
COMM_RETRIES=3
COMM_RECONNECT_DELAY=0
COMM_RECONNECT_DELAY_MAX=300
RESET_HOUR=23
TIMEZONE=Europe/Berlin
LOG_LEVEL=WARNING
LOG_FILE=/var/log/hoymiles.log
LOG_TO_CONSOLE=false
LOG_FORMAT=json
PERSISTENCE_ENABLED=true
DATABASE_PATH=/data/hoymiles-smiles.db
HEALTH_ENABLED=true
HEALTH_HOST=0.0.0.0
HEALTH_PORT=8090
METRICS_ENABLED=true
ALERTS_ENABLED=false
DTU_OFFLINE_THRESHOLD=300
TEMPERATURE_THRESHOLD=80
EXPONENTIAL_BACKOFF=true
CIRCUIT_BREAKER_THRESHOLD=5
DRY_RUN=false
DUMP_DATA=false
DUMP_DATA_PATH=/dump
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'variables-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const load = (env: Record<string, string>) => loadConfig(config, { env, legacyVariables });

describe('variables of the programs before', () => {
  it('are enough to run from', () => {
    const { config: loaded, notice } = load({
      PATH: '/bin',
      MQTT_BROKER: 'mosquitto',
      MQTT_PORT: '1884',
      DTU_HOST: '192.168.1.20',
      QUERY_PERIOD: '45',
      TIMEZONE: 'Europe/Amsterdam',
      RESET_HOUR: '23',
      EXPIRE_AFTER: '120',
      EXCLUDE_INVERTERS: '["116100000001"]',
      VALUE_MULTIPLIERS__PV_POWER: '1.1',
      ENTITY_FRIENDLY_NAMES__PV_POWER: 'Sun',
      LOG_LEVEL: 'WARNING',
      COMM_TIMEOUT: '5',
    });
    expect(loaded).toMatchObject({
      mqtt: { url: 'mqtt://mosquitto:1884' },
      log: { level: 'warn' },
      http: { host: '0.0.0.0' },
      compatibility: 'hoymiles-mqtt',
      meters: [
        {
          id: 'dtu',
          host: '192.168.1.20',
          protocol: 'modbus',
          interval: 45_000,
          timezone: 'Europe/Amsterdam',
          reset_hour: 23,
          expire_after: 120_000,
          exclude_inverters: ['116100000001'],
          value_multipliers: { pv_power: 1.1 },
          entity_friendly_names: { pv_power: 'Sun' },
        },
      ],
    });
    expect(notice).toContain('DTU_HOST');
    expect(notice).toContain('without effect: COMM_TIMEOUT;');
    expect(notice).toContain('migrate -');
    expect(notice).not.toContain('PATH');
  });

  it('may name files', () => {
    const { config: loaded, notice } = load({
      MQTT_BROKER: 'mosquitto',
      MQTT_USER_FILE: write('user', 'solar\n'),
      MQTT_PASSWORD_FILE: write('password', 'canary\n'),
      DTU_HOST_FILE: write('host', '10.0.0.5\n'),
      LOG_FILE: '/data/bridge.log',
    });
    expect(loaded).toMatchObject({
      mqtt: { username: 'solar', password: 'canary' },
      log: { file: { path: '/data/bridge.log' } },
      meters: [{ host: '10.0.0.5' }],
    });
    expect(notice).not.toContain('canary');
    expect(() => load({ MQTT_BROKER: 'x', DTU_HOST_FILE: '/nowhere' })).toThrow('DTU_HOST_FILE names a file');
  });

  it('give way to those of this bridge', () => {
    const env = { MQTT_BROKER: 'first', DTU_HOST: 'dtu', MQTT__URL: 'mqtt://second', COMPATIBILITY: 'none' };
    expect(load(env).config).toMatchObject({ mqtt: { url: 'mqtt://second:1883' }, compatibility: 'none' });
  });

  it('are told when one is missing', () => {
    expect(() => load({ DTU_HOST: 'dtu' })).toThrow(/mqtt\.url.*missing/s);
    expect(() => load({ MQTT_BROKER: 'x' })).toThrow(/meters/);
    expect(legacyVariables({ TIMEZONE: 'UTC', LOG_LEVEL: 'INFO' })).toBeNull();
  });

  it('are all known, and each that has no effect is told of', () => {
    const { config: ours, notes } = migrate(readSettings(write('all.env', ALL)));
    const file = write('ours.yaml', JSON.stringify(ours));
    expect(loadConfig(config, { file, env: {} }).config).toMatchObject({
      mqtt: { url: 'mqtts://10.0.0.9:8883', username: 'house', client_id: 'hoymiles-mqtt' },
      log: { level: 'warn', format: 'json', file: { path: '/var/log/hoymiles.log' } },
      http: { host: '0.0.0.0', port: 8090 },
      store: { path: '/data/hoymiles-bridge.db' },
      breaker: { failures: 5 },
      meters: [
        {
          host: '192.168.1.20',
          interval: 60_000,
          expire_after: 300_000,
          reset_hour: 23,
          exclude_inverters: ['116100000001'],
          inverter_entities: ['grid_voltage', 'temperature'],
          port_entities: ['pv_power'],
        },
      ],
    });
    expect(notes.map((note) => note.split(':', 1)[0])).toEqual([
      'microinverter_type',
      'comm_timeout',
      'comm_retries',
      'comm_reconnect_delay',
      'comm_reconnect_delay_max',
      'log_to_console',
      'metrics_enabled',
      'alerts_enabled',
      'dtu_offline_threshold',
      'temperature_threshold',
      'exponential_backoff',
      'dump_data',
      'dump_data_path',
      'database_path',
      'topics',
    ]);
  });

  it('may stand in a file, where strangers are named', () => {
    const file = write(
      '.env',
      '# mine\nMQTT_BROKER="mosquitto"\nexport DTU_HOST=dtu\nVALUE_MULTIPLIERS__A=2\nFOO=1\n',
    );
    expect(readSettings(file)).toEqual({
      foo: '1',
      mqtt_broker: 'mosquitto',
      dtu_host: 'dtu',
      value_multipliers: { a: '2' },
    });
  });
});
