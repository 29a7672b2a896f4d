import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from './environment.ts';
import { errorOf, MINIMAL, schema } from './load.fixture.ts';
import { loadConfig } from './load.ts';

const ENOUGH = {
  MQTT__URL: 'mqtt://broker',
  METERS__0__ID: 'main',
  METERS__0__ADDRESS: 'tcp://meter:2001',
} as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(env: Environment, text?: string) {
  return loadConfig(schema, text === undefined ? { env } : { env, file: write(text, 'bridge.yaml') }).config;
}

function problems(env: Environment, text?: string): readonly string[] {
  return errorOf(() => load(env, text))
    .message.split('\n')
    .map((line) => line.replace(`${folder}/`, ''));
}

describe('the environment', () => {
  it('is enough without a file', () => {
    const loaded = loadConfig(schema, { candidates: ['/nowhere'], env: ENOUGH });
    expect(loaded.file).toBeNull();
    expect(loaded.config).toMatchObject({
      mqtt: { url: 'mqtt://broker:1883' },
      meters: [{ id: 'main', address: { kind: 'tcp', host: 'meter', tcpPort: 2001 } }],
    });
  });

  it('gives every value the type that the schema wants', () => {
    const config = load({
      ...ENOUGH,
      MQTT__QOS: '2',
      MQTT__RETAIN: 'false',
      MQTT__USERNAME: '0012',
      MQTT__PASSWORD: 'true',
      MQTT__KEEPALIVE: '1m',
      MQTT__TLS__CA_FILE: '/ca.pem',
      LOG__FILE__PATH: '123',
      LOG__FILE__MAX_SIZE: '2048',
      METERS__0__NAME: '[a]',
      METERS__0__REGISTERS: '[1, 2]',
      METERS__0__SCALE: '{"energy": 0.5}',
      METERS__0__SCALE__POWER: '3',
      TIMEZONE: 'Europe/Amsterdam',
    });
    expect(config).toMatchObject({
      mqtt: {
        qos: 2,
        retain: false,
        username: '0012',
        password: 'true',
        keepalive: 60_000,
        tls: { ca_file: '/ca.pem' },
      },
      log: { file: { path: '123', max_size: 2048 } },
      meters: [{ name: '[a]', registers: [1, 2], scale: { energy: 0.5, power: 3 } }],
      timezone: 'Europe/Amsterdam',
    });
  });

  it('does not mind upper and lower case', () => {
    expect(load({ ...ENOUGH, Http__pOrt: '81' }).http.port).toBe(81);
  });

  it('may hold a whole list, and single keys of its entries over that', () => {
    const config = load({
      MQTT__URL: 'mqtt://broker',
      METERS__1__ID: 'garage',
      METERS: '[{id: a, address: /dev/ttyS0}, {id: b, address: /dev/ttyS1}]',
    });
    expect(config.meters.map(({ id }) => id)).toEqual(['a', 'garage']);
  });

  it('goes over the file, key by key', () => {
    const config = load({ METERS__0__NAME: 'Hall', MQTT__BASE_TOPIC: 'home' }, MINIMAL);
    expect(config.mqtt).toMatchObject({ url: 'mqtt://localhost:1883', base_topic: 'home' });
    expect(config.meters[0]).toMatchObject({ id: 'main', name: 'Hall' });
  });

  it('changes one meter only where the file shares its parts by an alias', () => {
    const text =
      'mqtt: {url: mqtt://x}\nmeters: [{id: a, address: /dev/a, scale: &s {x: 1}}, {id: b, address: /dev/b, scale: *s}]';
    const config = load({ METERS__0__SCALE__X: '2' }, text);
    expect(config.meters.map(({ scale }) => scale)).toEqual([{ x: 2 }, { x: 1 }]);
  });

  it('counts an empty variable as not set', () => {
    expect(load({ MQTT__PASSWORD: '', HTTP__PORT: '' }, MINIMAL).mqtt).not.toHaveProperty('password');
  });

  it('leaves the variables of others alone', () => {
    const foreign = {
      PATH: '/bin',
      LOG: 'debug',
      LOG_FILE: '/var/log/x',
      HTTP: '1',
      MQTT_PORT: 'tcp://10.0.0.1:1883',
      MQTT: 'x',
      HTTP_PROXY: 'http://proxy',
      CONSTRUCTOR: 'x',
      __PROTO__: 'x',
      CONSTRUCTOR__NAME: 'x',
      FOO__BAR: 'x',
      __URL: 'x',
    };
    expect(load(foreign, MINIMAL)).toEqual(load({}, MINIMAL));
  });
});

describe('variables that name a file', () => {
  it('give its content, without the line end, to any key', () => {
    const config = load({
      ...ENOUGH,
      MQTT__PASSWORD_FILE: write('pass word\r\n', 'password'),
      METERS__0__KEY_file: write('0badcafe\n', 'key'),
      HTTP__PORT_FILE: write('81\n', 'port'),
      TIMEZONE_FILE: write('Asia/Tokyo', 'zone'),
    });
    expect([config.mqtt.password, config.meters[0]?.key, config.http.port, config.timezone]).toEqual([
      'pass word',
      '0badcafe',
      81,
      'Asia/Tokyo',
    ]);
  });

  it('may hold the whole list of meters', () => {
    const file = write('- id: a\n  address: /dev/ttyS0\n', 'meters');
    expect(load({ MQTT__URL: 'mqtt://x', METERS_FILE: file }).meters[0]?.id).toBe('a');
  });

  it('are told from keys that end the same', () => {
    expect(load({ ...ENOUGH, MQTT__TLS__KEY_FILE: '/no/such.key' }).mqtt.tls.key_file).toBe('/no/such.key');
  });

  it('are named when the file cannot be read, and nothing else is said of the key', () => {
    expect(problems({ ...ENOUGH, MQTT__URL: '', MQTT__URL_FILE: '/nowhere' })).toEqual([
      'MQTT__URL_FILE mqtt.url: names a file that does not exist; must name a readable file',
    ]);
  });

  it('win over either form in the file', () => {
    const text = MINIMAL.replace('localhost', 'localhost\n  password_file: /nowhere');
    expect(load({ MQTT__PASSWORD: 'new' }, text).mqtt.password).toBe('new');
  });
});

describe('the issues of the environment', () => {
  it('name the variable', () => {
    expect(
      problems({
        ...ENOUGH,
        HTTP__PORT: '99999',
        HTTP__ENABLED: 'yes',
        METERS__0__INTERVAL: '30',
        METERS__0__REGISTERS: '[1, x]',
        METERS__0__SCALE: '{',
        LOG__LEVEL: 'loud',
      }).toSorted(),
    ).toEqual([
      'HTTP__ENABLED http.enabled: must be true or false',
      'HTTP__PORT http.port: must be a port number from 1 to 65535',
      'LOG__LEVEL log.level: must be trace, debug, info, warn, error, fatal or silent',
      'METERS__0__INTERVAL meters[0].interval: must be a duration such as 30s, 5m or 1h',
      'METERS__0__REGISTERS meters[0].registers[1]: must be a whole number',
      'METERS__0__SCALE meters[0].scale: must be valid YAML or JSON',
    ]);
  });

  it('name the variable that would set what is missing, and say that there was no file', () => {
    const error = errorOf(() =>
      loadConfig(schema, { candidates: ['/nowhere'], env: { METERS__0__ID: 'main' } }),
    );
    expect(error.message.split('\n')).toEqual([
      'MQTT__URL mqtt.url: is missing; must be like mqtt://192.168.1.10:1883, or mqtts://… for TLS',
      'METERS__0__ADDRESS meters[0].address: is missing; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
    ]);
    expect(error.hint).toBe('Nothing but the environment was read: /nowhere does not exist.');
  });

  it('name unknown keys and entries, and the nearest key', () => {
    expect(
      problems({
        ...ENOUGH,
        MQTT__URI: 'x',
        MQTT__PASWORD_FILE: 'x',
        METERS__FIRST__ID: 'x',
        METERS__0__CONSTRUCTOR: 'x',
        HTTP__PORT__X: '1',
        MQTT____PROTO__: 'x',
      }).toSorted(),
    ).toEqual([
      'HTTP__PORT__X http.port.x: is not a key',
      expect.stringMatching(
        /^METERS__0__CONSTRUCTOR meters\[0\]\.constructor: is not a key; must be one of id, /,
      ),
      'METERS__FIRST__ID meters.first: must name the entry of the list by its number, from 0',
      'MQTT__PASWORD_FILE mqtt.pasword_file: is not a key; did you mean "password_file"?',
      'MQTT__URI mqtt.uri: is not a key; did you mean "url"?',
      expect.stringMatching(/^MQTT____PROTO__ mqtt\.: is not a key; must be one of url, /),
    ]);
  });

  it('tell of two variables for one key', () => {
    expect(problems({ ...ENOUGH, mqtt__url: 'mqtt://other' })).toEqual([
      'mqtt__url mqtt.url: is set by MQTT__URL too; must be set once',
    ]);
    expect(problems({ ...ENOUGH, MQTT__URL_FILE: write('mqtt://x', 'url') })).toEqual([
      'MQTT__URL_FILE mqtt.url: is set by MQTT__URL too; must be set once',
    ]);
  });

  it('tell of gaps in a list', () => {
    expect(problems({ METERS__2__NAME: 'x' }, MINIMAL)).toEqual([
      'bridge.yaml:4:3 meters[1]: is missing; must be a section: keys with values',
      'bridge.yaml:4:3 meters[2].id: is missing; must be a name of 1 to 64 characters without + # / and control characters',
      'bridge.yaml:4:3 meters[2].address: is missing; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
    ]);
  });

  it('stay apart from those of the file', () => {
    expect(problems({ HTTP__HOST: 'x' }, `${MINIMAL}http: 5\n`)).toEqual([
      'bridge.yaml:6:7 http: must be a section: keys with values',
    ]);
    expect(problems({ HTTP__HOST: 'x' }, '- a\n')).toEqual([
      'bridge.yaml:1:1: must hold keys with values, such as mqtt:',
    ]);
  });
});
