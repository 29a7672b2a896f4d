import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { migrate } from './index.ts';

const OLD = `
mqtt:
  host: 10.0.0.9
  port: 8883
  client: kamstrup
  topic: home/kamstrup
  device_id: kamstrup_meter
  device_name: Cellar
  qos: 1
  retain: true
  authentication: true
  username: house
  password: "s3cret: #1"
  tls_enabled: true
  tls_ca_cert: /etc/ssl/ca.pem
  tls_cert: /etc/ssl/me.pem
  tls_key: /etc/ssl/me.key
  tls_insecure: true
  tls_version: PROTOCOL_TLSv1_2
serial_device:
  url: socket://10.0.0.5:2003
  com_port: /dev/ttyUSB0
kamstrup:
  parameters: [energy, maxflowDate_m, 0x63, "0x3c", enrgy]
  poll_interval: 28
  version: "603"
homeassistant:
  discovery_prefix: ha
logging:
  level: WARNING
  destinations: [stdout, file]
  directory: /var/log/kamstrup
  filename: debug.log
  rotate_when: d
  rotate_interval: 1
  backup_count: 7
  stdout_format: "%(message)s"
knx: { on: true }
`;

async function migrated(text: string, devices: Readonly<Record<string, string>> = {}, variables = '') {
  const folder = await mkdtemp(join(tmpdir(), 'kamstrup-'));
  try {
    await writeFile(join(folder, 'config.yaml'), text);
    await mkdir(join(folder, 'config.d'));
    for (const [name, device] of Object.entries(devices))
      await writeFile(join(folder, 'config.d', name), device);
    await writeFile(join(folder, '.env'), variables);
    const files = [...(text ? ['config.yaml'] : []), ...(variables ? ['.env'] : [])];
    const paths = files.map((file) => join(folder, file));
    await using app = await startApp('kamstrup-bridge', ['migrate', ...paths]);
    const exit = await app.exit;
    await writeFile(join(folder, 'ours.yaml'), `${app.stdout.join('\n')}\n`);
    const yaml = await readFile(join(folder, 'ours.yaml'), 'utf8');
    return {
      exit,
      yaml,
      notes: app.stderr,
      load: () => loadConfig(config, { file: join(folder, 'ours.yaml'), env: {} }).config,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  } catch (thrown) {
    await rm(folder, { recursive: true });
    throw thrown;
  }
}

describe('a configuration of kamstrup2mqtt', () => {
  it('becomes one of ours that loads as it is', async () => {
    await using result = await migrated(OLD);
    expect(result.exit).toBe(0);
    const { mqtt, log, homeassistant, meters } = result.load();
    expect(mqtt).toMatchObject({
      url: 'mqtts://10.0.0.9:8883',
      client_id: 'kamstrup',
      qos: 1,
      retain: true,
      username: 'house',
      password: 's3cret: #1',
      output: 'attributes',
      topics: { reading: 'home/{meter}/values', attribute: 'home/{meter}/{parameter}' },
      tls: {
        ca_file: '/etc/ssl/ca.pem',
        cert_file: '/etc/ssl/me.pem',
        key_file: '/etc/ssl/me.key',
        insecure: false,
      },
    });
    expect(log).toMatchObject({
      level: 'warn',
      file: { path: '/var/log/kamstrup/debug.log', rotate: 'daily', max_files: 7 },
    });
    expect(homeassistant.discovery_prefix).toBe('ha');
    expect(meters).toEqual([
      expect.objectContaining({
        id: 'kamstrup',
        name: 'Cellar',
        model: '603',
        parameters: [60, 138, 99, 60],
        interval: 28 * 60_000,
        address: { kind: 'tcp', host: '10.0.0.5', tcpPort: 2003, url: 'tcp://10.0.0.5:2003' },
      }),
    ]);
  });

  it('is told of each key that has no counterpart, and of no other', async () => {
    await using result = await migrated(OLD);
    const keys = result.notes.map((note) => note.split(':', 1)[0]);
    expect(keys).toEqual([
      'mqtt.device_id',
      'mqtt.tls_insecure',
      'mqtt.tls_version',
      'logging.rotate_interval',
      'logging.stdout_format',
      'knx',
      'kamstrup.parameters',
      'home/kamstrup/status',
    ]);
    expect(result.notes.join()).toContain('enrgy');
    expect(result.notes.join()).not.toContain('s3cret');
  });

  it('that says next to nothing gets our defaults', () => {
    expect(migrate({ serial_device: { com_port: '/dev/ttyUSB1' } })).toEqual({
      config: {
        mqtt: {
          url: 'mqtt://localhost:1883',
          output: 'attributes',
          topics: { reading: '{meter}/values', attribute: '{meter}/{parameter}' },
        },
        meters: [{ id: 'kamstrup', address: '/dev/ttyUSB1' }],
      },
      notes: [expect.stringContaining('kamstrup/status')],
    });
  });

  it.each([
    [{ mqtt: { username: 'x', password: 'y' } }, { mqtt: { username: undefined } }],
    [{ mqtt: { authentication: 'yes', username: 'x' } }, { mqtt: { username: 'x' } }],
    [{ mqtt: { host: 'fe80::1' } }, { mqtt: { url: 'mqtt://[fe80::1]:1883' } }],
    [
      { mqtt: { port: '1884', qos: '2', retain: 'no' } },
      { mqtt: { url: 'mqtt://localhost:1884', qos: 2, retain: false } },
    ],
    [{ serial_device: { url: '', com_port: 'socket://a:1' } }, { meters: [{ address: 'socket://a:1' }] }],
    [{ kamstrup: { poll_interval: '0.5' } }, { meters: [{ interval: '30s' }] }],
    [{ kamstrup: { version: 403 } }, { meters: [{ model: '403' }] }],
    [{ logging: { level: 'critical' } }, { log: { level: 'fatal' } }],
  ])('%j becomes %j', (old, ours) => {
    const { mqtt, meters, log } = migrate(old).config;
    const picked = { mqtt: { username: undefined, ...mqtt }, meters, log };
    expect(picked).toMatchObject(ours);
  });

  it('may be variables alone', async () => {
    // All that it knows.
    const variables = `MQTT_HOST=10.0.0.9
MQTT_PORT=8883
MQTT_CLIENT=reader
MQTT_TOPIC=home/heat
MQTT_QOS=1
MQTT_RETAIN=yes
MQTT_AUTHENTICATION=true
MQTT_USERNAME=house
MQTT_PASSWORD="s3cret: #1"
MQTT_TLS_ENABLED=1
MQTT_TLS_CA_CERT=/ca.pem
MQTT_TLS_CERT=/me.pem
MQTT_TLS_KEY=/me.key
MQTT_TLS_KEY_PASSWORD=x
MQTT_TLS_INSECURE=yes
MQTT_TLS_VERSION=PROTOCOL_TLSv1_2
SERIAL_COM_PORT=/dev/ttyUSB3
SERIAL_BAUDRATE=9600
SERIAL_PARITY=NONE
SERIAL_STOPBITS=2
SERIAL_BYTESIZE=8
SERIAL_TIMEOUT=3
KAMSTRUP_PARAMETERS=energy,volume
KAMSTRUP_POLL_INTERVAL=5
KAMSTRUP_VERSION=603
LOG_LEVEL=DEBUG
HOME=/root
`;
    await using result = await migrated('', {}, variables);
    const { mqtt, log, meters } = result.load();
    expect(mqtt).toMatchObject({
      url: 'mqtts://10.0.0.9:8883',
      client_id: 'reader',
      username: 'house',
      password: 's3cret: #1',
      qos: 1,
      retain: true,
      tls: { ca_file: '/ca.pem', cert_file: '/me.pem', key_file: '/me.key' },
    });
    expect(log.level).toBe('debug');
    expect(meters).toMatchObject([
      { id: 'heat', model: '603', parameters: [60, 68], interval: 300_000, line: { baudRate: 9600 } },
    ]);
    expect(result.notes.map((note) => note.split(':', 1)[0])).toEqual([
      'mqtt.tls_key_password',
      'mqtt.tls_insecure',
      'mqtt.tls_version',
      'serial_device.timeout',
      'HOME',
      'home/heat/status',
    ]);
  });

  it.each([
    ['"603"', '402', '603'],
    ['generic', '402', '402'],
  ])('of version %s with the variable %s is read as a %s, and other variables win', async (...versions) => {
    const [version, variable, model] = versions;
    const old = `mqtt: { host: a }\nkamstrup: { version: ${version}, parameters: [energy] }\n`;
    await using result = await migrated(old, {}, `KAMSTRUP_VERSION=${variable}\nMQTT_HOST=b\n`);
    const { mqtt, meters } = result.load();
    expect([mqtt.url, meters[0]?.model]).toEqual(['mqtt://b:1883', model]);
  });

  it('that is no YAML is refused with its place', async () => {
    await using result = await migrated('mqtt: [');
    expect(result.exit).toBe(78);
    expect(result.notes.join('\n')).toContain('config.yaml:1:');
  });
});

// Every key of the files that Meter2MQTT comes with, with values of its own.
const METER2MQTT = `
mqtt:
  host: 10.0.0.9
  port: 8883
  client: meter2mqtt
  authentication: true
  username: house
  password: "s3cret: #1"
  tls_enabled: true
  tls_ca_cert: /etc/ssl/ca.crt
  tls_cert: /etc/ssl/client.crt
  tls_key: /etc/ssl/client.key
  tls_insecure: true
  tls_version: PROTOCOL_TLSv1_2
  qos: 1
  retain: true
  topic_prefix: home/meters
logging:
  level: WARNING
homeassistant:
  enabled: true
  discovery_prefix: ha
knx:
  on: true
`;
const DEVICES = {
  'heat.yaml': `
type: multical
connection: serial_port
port: /dev/ttyUSB1
version: "603"
parameters: [energy, maxflowDate_m, enrgy]
poll_interval: 300
serial_options: { baudrate: 9600, parity: N, stopbits: 2, bytesize: 8, timeout: 2 }
`,
  'shed.yml': 'type: multical\nconnection: network_url\nurl: socket://10.0.0.5:2003\nparameters: energy\n',
  'main.yaml': 'type: dsmr\nport: /dev/ttyUSB0\n',
  'off.yaml.example': 'type: multical\n',
};

describe('the configuration of Meter2MQTT', () => {
  it('becomes one of ours that loads as it is, with the topics that it had', async () => {
    await using result = await migrated(METER2MQTT, DEVICES);
    const { mqtt, log, homeassistant, meters } = result.load();
    expect(mqtt).toMatchObject({
      url: 'mqtts://10.0.0.9:8883',
      client_id: 'meter2mqtt',
      username: 'house',
      password: 's3cret: #1',
      base_topic: 'home/meters',
      qos: 1,
      retain: true,
      output: 'both',
      topics: { attribute: '{base}/{type}/{meter}/{parameter}' },
      tls: { ca_file: '/etc/ssl/ca.crt', cert_file: '/etc/ssl/client.crt', key_file: '/etc/ssl/client.key' },
    });
    expect(log.level).toBe('warn');
    expect(homeassistant).toMatchObject({ enabled: true, discovery_prefix: 'ha' });
    expect(meters).toMatchObject([
      {
        id: 'heat',
        model: '603',
        address: { kind: 'serial', path: '/dev/ttyUSB1' },
        parameters: [60, 138],
        interval: 300_000,
        line: { baudRate: 9600 },
      },
      {
        id: 'shed',
        model: '402',
        address: { kind: 'tcp', host: '10.0.0.5', tcpPort: 2003 },
        parameters: [60],
      },
    ]);
  });

  it('is overruled by variables', async () => {
    await using result = await migrated(METER2MQTT, DEVICES, 'MQTT_TOPIC_PREFIX=m\nLOG_LEVEL=DEBUG\n');
    const { mqtt, log, meters } = result.load();
    expect([mqtt.base_topic, log.level, meters.length]).toEqual(['m', 'debug', 2]);
  });

  it('is told of what has no counterpart, and of no password', async () => {
    await using result = await migrated(METER2MQTT, DEVICES);
    expect(result.notes.map((note) => note.split(':', 1)[0])).toEqual([
      'mqtt.tls_insecure',
      'mqtt.tls_version',
      'knx',
      'heat.parameters',
      'heat.serial_options.timeout',
      'main',
      'home/meters/status',
    ]);
    expect(result.notes.join()).not.toContain('s3cret');
  });
});
