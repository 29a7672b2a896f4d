import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { migrate } from './index.ts';
import { oldConfig, oldDevice } from './old.ts';

// Every key of the files that Meter2MQTT comes with, in their order, with values of its own.
const MAIN = `
mqtt:
  host: "10.0.0.9"
  port: 8883
  client: "meter2mqtt"
  authentication: true
  username: "house"
  password: "s3cret: #1"
  tls_enabled: true
  tls_ca_cert: "/etc/ssl/ca.crt"
  tls_cert: "/etc/ssl/client.crt"
  tls_key: "/etc/ssl/client.key"
  tls_insecure: true
  tls_version: "PROTOCOL_TLSv1_2"
  qos: 1
  retain: true
  topic_prefix: "home/meters"
logging:
  level: "WARNING"
homeassistant:
  enabled: true
  discovery_prefix: "ha"
knx:
  on: true
`;
const SERIAL = `
type: dsmr
connection: serial_port
port: /dev/ttyUSB3
version: 42
parameters:
  - current_electricity_usage
  - electricity_active_import_total
  - gas_provided
  - voltage_l1
  - voltage_l4
poll_interval: 300
serial_options:
  baudrate: 9600
  bytesize: 7
  parity: E
  stopbits: 1
  timeout: 20
`;
const NETWORK = `
type: dsmr
connection: network_url
url: socket://192.168.1.50:2001
# version: 50
parameters: voltage_l1
`;

async function migrated(files: Readonly<Record<string, string>>, ...named: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'meter2mqtt-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const paths = named.map((name) => join(folder, name));
    await using app = await startApp('dsmr-bridge', ['migrate', ...paths]);
    const exit = await app.exit;
    const ours = join(folder, 'ours.yaml');
    writeFileSync(ours, `${app.stdout.join('\n')}\n`);
    const loaded = exit === 0 ? loadConfig(config, { file: ours, env: {} }).config : null;
    return { exit, loaded, notes: app.stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the configuration of Meter2MQTT', () => {
  const files = {
    'config.yaml': MAIN,
    'config.d/main.yaml': SERIAL,
    'config.d/shed.yml': NETWORK,
    'config.d/heat.yaml': 'type: multical\nport: /dev/ttyUSB1\n',
    'config.d/off.yaml.example': 'type: dsmr\n',
  };

  it('becomes one of ours that loads as it is, with the topics that it had', async () => {
    const { exit, loaded } = await migrated(files, 'config.yaml');
    expect(exit).toBe(0);
    expect(loaded?.mqtt).toMatchObject({
      url: 'mqtts://10.0.0.9:8883',
      client_id: 'meter2mqtt',
      username: 'house',
      password: 's3cret: #1',
      base_topic: 'home/meters',
      qos: 1,
      retain: true,
      topics: { attribute: '{base}/{type}/{meter}/{parameter}' },
      tls: { ca_file: '/etc/ssl/ca.crt', cert_file: '/etc/ssl/client.crt', key_file: '/etc/ssl/client.key' },
    });
    expect(loaded?.log.level).toBe('warn');
    expect(loaded?.homeassistant).toMatchObject({ enabled: true, discovery_prefix: 'ha' });
    expect(loaded?.meters).toMatchObject([
      {
        id: 'main',
        address: { kind: 'serial', path: '/dev/ttyUSB3' },
        version: '4.2',
        line: { baudRate: 9600, dataBits: 7, parity: 'even', stopBits: 1 },
        interval: 300_000,
        include: [
          'current_electricity_usage',
          'electricity_active_import_total',
          'electricity_imported_total',
          'gas_provided',
          'voltage_l1',
          'instantaneous_voltage_l1',
        ],
      },
      {
        id: 'shed',
        address: { kind: 'tcp', host: '192.168.1.50', tcpPort: 2001 },
        version: 'auto',
        include: ['voltage_l1', 'instantaneous_voltage_l1'],
      },
    ]);
  });

  it('is told of each key that has no counterpart, and of no other', async () => {
    const { notes } = await migrated(files, 'config.yaml');
    expect(notes.map((note) => note.split(':', 1)[0])).toEqual([
      'mqtt.tls_insecure',
      'mqtt.tls_version',
      'knx',
      'home/meters/status',
      'main.parameters',
      'main.serial_options.timeout',
      'heat',
    ]);
    expect(notes.join('\n')).not.toContain('s3cret');
  });

  it('is overruled by variables', async () => {
    // All that it knows.
    const variables = `MQTT_HOST=10.0.0.8
MQTT_PORT=1884
MQTT_CLIENT=other
MQTT_QOS=2
MQTT_RETAIN=false
MQTT_TOPIC_PREFIX=m
MQTT_AUTHENTICATION=true
MQTT_USERNAME=flat
MQTT_PASSWORD=s3cret
MQTT_TLS_ENABLED=true
MQTT_TLS_CA_CERT=/ca
MQTT_TLS_CERT=/cert
MQTT_TLS_KEY=/key
MQTT_TLS_INSECURE=true
MQTT_TLS_VERSION=PROTOCOL_TLSv1_2
LOG_LEVEL=DEBUG
`;
    const { loaded, notes } = await migrated({ ...files, '.env': variables }, 'config.yaml', '.env');
    expect(loaded?.mqtt).toMatchObject({
      url: 'mqtts://10.0.0.8:1884',
      client_id: 'other',
      username: 'flat',
      password: 's3cret',
      base_topic: 'm',
      qos: 2,
      retain: false,
      tls: { ca_file: '/ca', cert_file: '/cert', key_file: '/key' },
    });
    expect(loaded?.log.level).toBe('debug');
    expect(loaded?.meters).toHaveLength(2);
    expect(notes).toContain('m/status: becomes m/bridge/dsmr-bridge/state');
  });

  it('may be a single file of a device', async () => {
    const { loaded } = await migrated(files, 'config.d/shed.yml');
    expect(loaded?.mqtt.url).toBe('mqtt://localhost:1883');
    expect(loaded?.meters.map(({ id }) => id)).toEqual(['shed']);
  });

  it('may be the examples that it comes with', async () => {
    const examples = { 'config.yaml.example': MAIN, 'config.d/dsmr.yaml.example': SERIAL };
    for (const named of [['config.yaml.example'], ['config.d/dsmr.yaml.example'], ['config.d']]) {
      const { loaded } = await migrated(examples, ...named);
      expect(loaded?.meters.map(({ id }) => id)).toEqual(['dsmr']);
    }
  });

  it('without a device is refused with what to do', async () => {
    const { exit, notes } = await migrated({ 'config.yaml': MAIN }, 'config.yaml');
    expect([exit, notes.join('\n')]).toEqual([78, expect.stringContaining('config.d')]);
    const missing = await migrated(files, 'confg.yaml');
    expect([missing.exit, missing.notes.join('\n')]).toEqual([78, expect.stringContaining('config.d')]);
  });

  it('leaves out a file among the devices that describes none', async () => {
    const { loaded, notes } = await migrated({ ...files, 'config.d/notes.yaml': '# later' }, 'config.yaml');
    expect(loaded?.mqtt.url).toBe('mqtts://10.0.0.9:8883');
    expect(notes).toContain('notes: names no type; left out');
  });

  it('is told of an address that only the old program knows', () => {
    const url = 'rfc2217://192.168.1.50:2001';
    const device = oldDevice.parse({ type: 'dsmr', connection: 'network_url', url });
    const { notes } = migrate(oldConfig.parse({}), new Map([['x', device]]));
    expect(notes).toContain(`x: ${url} is no address here; set the address of the meter`);
  });

  it('that is no YAML is refused with its place', async () => {
    const { exit, notes } = await migrated({ 'dsmr.yaml': 'type: [' }, 'dsmr.yaml');
    expect([exit, notes.join('\n')]).toEqual([78, expect.stringContaining('dsmr.yaml:1:')]);
  });

  it.each([
    [{ connection: 'network_url', url: 'socket://a' }, { address: 'socket://a:23' }],
    [{ connection: 'network', host: 'fe80::1', port: 2001 }, { address: 'tcp://[fe80::1]:2001' }],
    [{ connection: 'network', host: 'p1.lan' }, { address: 'tcp://p1.lan:23' }],
    [
      { port: '/dev/ttyACM0', version: '53', poll_interval: '10' },
      { version: '5.0', interval: '10s' },
    ],
    [{ port: '/dev/ttyACM0', version: null, poll_interval: null, parameters: null }, { id: 'x' }],
    [{ port: '/dev/ttyACM0', serial_options: { baudrate: 115200 } }, { address: '/dev/ttyACM0' }],
  ])('%j becomes %j', (device, ours) => {
    const devices = new Map([['x', oldDevice.parse({ type: 'dsmr', ...device })]]);
    const { meters } = migrate(oldConfig.parse({}), devices).config;
    expect(meters).toMatchObject([ours]);
    expect(meters?.[0]).not.toHaveProperty('line');
    expect(meters?.[0]).not.toHaveProperty('include');
  });
});
