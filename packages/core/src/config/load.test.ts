import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BridgeError } from '../errors/index.ts';
import { ATTRIBUTE_TOPIC, READING_TOPIC } from '../mqtt/topics.ts';
import { errorOf, MINIMAL, schema } from './load.fixture.ts';
import { type LegacyVariables, type LoadedConfig, loadConfig } from './load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string | Uint8Array, name = 'bridge.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(text: string | Uint8Array, env = {}): LoadedConfig<typeof schema> {
  return loadConfig(schema, { file: write(text), env });
}

/** The lines of the message, without the folder. */
function linesOf(error: BridgeError): readonly string[] {
  return error.message.split('\n').map((line) => line.replace(`${folder}/`, ''));
}

function problems(text: string | Uint8Array, env = {}): readonly string[] {
  return linesOf(errorOf(() => load(text, env)));
}

describe('a configuration file', () => {
  it('fills in every default', () => {
    expect(load(MINIMAL).config).toEqual({
      mqtt: {
        url: 'mqtt://localhost:1883',
        base_topic: 'meters',
        qos: 1,
        retain: true,
        output: 'both',
        topics: { reading: READING_TOPIC, attribute: ATTRIBUTE_TOPIC },
        keepalive: 15_000,
        tls: { insecure: false },
      },
      log: { level: 'info', levels: {} },
      http: { enabled: true, host: '127.0.0.1', port: 8080, metrics_values: true },
      store: {
        enabled: true,
        outbox: { max_messages: 100_000, max_bytes: 64_000_000, max_age: 604_800_000 },
        history: { enabled: true, retention: 2_592_000_000, max_size: 256_000_000 },
      },
      homeassistant: { enabled: true, discovery_prefix: 'homeassistant' },
      dry_run: false,
      breaker: { failures: 5, reset_after: 60_000 },
      meters: [
        {
          id: 'main',
          address: { kind: 'serial', path: '/dev/ttyUSB0', url: 'serial:///dev/ttyUSB0' },
          interval: 30_000,
          registers: [60, 68],
          scale: {},
          counter_guard: { enabled: true, max_power_kw: 100, max_flow_m3h: 100 },
        },
      ],
      timezone: 'UTC',
    });
  });

  it('fills in the defaults of a section that is begun', () => {
    const { config } = load(`${MINIMAL}log:\n  file:\n    path: bridge.log\n`);
    expect(config.log.file).toEqual({
      path: 'bridge.log',
      rotate: 'daily',
      max_size: 10_000_000,
      max_files: 7,
    });
  });

  it('moves the credentials of the broker out of its URL, and a key of its own wins', () => {
    const { config } = load(
      MINIMAL.replace('mqtt://localhost', 'mqtts://u:p%40ss@broker\n  username: other'),
    );
    expect(config.mqtt).toMatchObject({ url: 'mqtts://broker:8883', username: 'other', password: 'p@ss' });
  });

  it('may leave a key without a value: it counts as not set', () => {
    const { config } = load(`${MINIMAL}http:\nlog:\n  level:\n  file:\n`);
    expect(config.http.port).toBe(8080);
    expect(config.log).toEqual({ level: 'info', levels: {} });
  });
});

describe('a file from another world', () => {
  it('may begin with a byte order mark and end its lines as Windows does', () => {
    const text = `\ufeff${MINIMAL}`.replaceAll('\n', '\r\n');
    expect(load(text).config).toEqual(load(MINIMAL).config);
    expect(problems(text.replace('mqtt:', 'mqtt: 5 #').replace(/ {2}url.*/, ''))).toEqual([
      'bridge.yaml:1:7 mqtt: must be a section: keys with values',
    ]);
  });

  it.each(['hello', '5', '- mqtt', '"mqtt:"'])('that holds %j is told what it should hold', (text) => {
    expect(problems(text)).toEqual(['bridge.yaml:1:1: must hold keys with values, such as mqtt:']);
  });

  it.each(['', '# nothing yet\n', '\ufeff'])('that is empty (%j) lacks the required keys', (text) => {
    expect(problems(text).map((line) => line.replace(/;.*/, ''))).toEqual([
      'bridge.yaml:1:1 meters: is missing',
      'bridge.yaml:1:1 mqtt.url: is missing',
    ]);
  });

  it('cannot reach a prototype', () => {
    const keys =
      '__proto__: { polluted: 1 }\nconstructor: 1\ntoString: 1\nhttp: { __proto__: { port: 1 } }\n';
    expect(problems(`${MINIMAL}${keys}`).map((line) => line.replace(/;.*/, ''))).toEqual([
      'bridge.yaml:6:1 __proto__: is not a key',
      'bridge.yaml:7:1 constructor: is not a key',
      'bridge.yaml:8:1 toString: is not a key',
      'bridge.yaml:9:9 http.__proto__: is not a key',
    ]);
    expect({}).not.toHaveProperty('polluted');
  });

  it('is told about its syntax as config/syntax, all at once', () => {
    const error = errorOf(() => load(`${MINIMAL}    id: twin\nmqtt: !x {}\n`));
    expect(error.code).toBe('config/syntax');
    expect(linesOf(error)).toEqual([
      'bridge.yaml:6:5 meters[0].id: is there twice, first in line 4; must be there once',
      'bridge.yaml:7:1 mqtt: is there twice, first in line 1; must be there once',
      'bridge.yaml:7:7: begins with !, which marks a tag in YAML; must be in quotes if it is text',
    ]);
  });

  it('whose list holds itself is refused like any other', () => {
    expect(problems('mqtt: { url: mqtt://x }\nmeters: &m [*m]')).toEqual([
      expect.stringMatching(/^bridge\.yaml:2:\d+ meters\[0\]: must be a section/),
    ]);
  });
});

describe('the issues of a configuration', () => {
  it('are told all at once, in the order of the file, with line and column', () => {
    const text = [
      'mqtt:',
      '  url: http://localhost',
      '  qos: 3',
      '  keepalive: 20h',
      'http: { port: 0, host: [a] }',
      'log:',
      '  file: {}',
      'meters:',
      '  - id: a/b',
      '    address: tcp://meter',
      '    interval: 30',
      '  - name: ""',
      '    address: /dev/ttyUSB0',
      '    registers:',
      '      - 60',
      '      - x',
      '    scale: { energy: big }',
      '',
    ].join('\n');
    expect(problems(text)).toEqual([
      'bridge.yaml:2:8 mqtt.url: does not name MQTT; must be like mqtt://192.168.1.10:1883, or mqtts://… for TLS',
      'bridge.yaml:3:8 mqtt.qos: must be 0, 1 or 2',
      'bridge.yaml:4:14 mqtt.keepalive: must be a duration from 1s to 18h',
      'bridge.yaml:5:15 http.port: must be a port number from 1 to 65535',
      'bridge.yaml:5:24 http.host: must be text, in quotes if it looks like a number',
      'bridge.yaml:7:9 log.file.path: is missing; must be text, in quotes if it looks like a number',
      'bridge.yaml:9:9 meters[0].id: must be a name of 1 to 64 characters without + # / and control characters',
      'bridge.yaml:10:14 meters[0].address: names no port; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
      'bridge.yaml:11:15 meters[0].interval: must be a duration such as 30s, 5m or 1h',
      'bridge.yaml:12:5 meters[1].id: is missing; must be a name of 1 to 64 characters without + # / and control characters',
      'bridge.yaml:12:11 meters[1].name: must not be empty',
      'bridge.yaml:16:9 meters[1].registers[1]: must be a whole number',
      'bridge.yaml:17:22 meters[1].scale.energy: must be a number',
    ]);
  });

  it('are structured facts of the error as well', () => {
    const { code, facts } = errorOf(() => load(`${MINIMAL}    interval: 30\n`, { HTTP__PORT: 'x' }));
    expect(code).toBe('config/invalid');
    expect(facts.issues).toEqual([
      { path: 'http.port', message: 'must be a port number from 1 to 65535', variable: 'HTTP__PORT' },
      {
        path: 'meters[0].interval',
        message: 'must be a duration such as 30s, 5m or 1h',
        file: join(folder, 'bridge.yaml'),
        line: 6,
        column: 15,
      },
    ]);
  });

  it('name the nearest key for an unknown one, at the place of the key', () => {
    const text = `${MINIMAL}    adress: x\n    baseTopic: y\nhtp:\nmqqt: {}\nlog: { Level: info, files: 1 }\n`;
    expect(problems(text.replace('localhost\n', 'localhost\n  base-topic: x\n  passwort_file: x\n'))).toEqual(
      [
        'bridge.yaml:3:3 mqtt.base-topic: is not a key; did you mean "base_topic"?',
        'bridge.yaml:4:3 mqtt.passwort_file: is not a key; did you mean "password_file"?',
        'bridge.yaml:8:5 meters[0].adress: is not a key; did you mean "address"?',
        'bridge.yaml:9:5 meters[0].baseTopic: is not a key; must be one of id, name, expire_after, include, exclude, rename, multiply, names, counter_guard, behind, address, interval, key, key_file, registers, scale',
        'bridge.yaml:10:1 htp: is not a key; did you mean "http"?',
        'bridge.yaml:11:1 mqqt: is not a key; did you mean "mqtt"?',
        'bridge.yaml:12:8 log.Level: is not a key; did you mean "level"?',
        'bridge.yaml:12:21 log.files: is not a key; did you mean "file"?',
      ],
    );
  });

  it('name an id that is there twice at the second one, also beside other issues', () => {
    const meter = '  - id: main\n    address: /dev/ttyUSB1\n';
    expect(problems(`${MINIMAL}${meter}`)).toEqual([
      'bridge.yaml:6:9 meters[1].id: is the id of meters[0] too; must be unique',
    ]);
    expect(problems(`${MINIMAL}${meter}  - 7\n  - {}\n${meter}    interval: x\n`)).toEqual([
      'bridge.yaml:6:9 meters[1].id: is the id of meters[0] too; must be unique',
      'bridge.yaml:8:5 meters[2]: must be a section: keys with values',
      'bridge.yaml:9:5 meters[3].id: is missing; must be a name of 1 to 64 characters without + # / and control characters',
      'bridge.yaml:9:5 meters[3].address: is missing; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
      'bridge.yaml:10:9 meters[4].id: is the id of meters[0] too; must be unique',
      'bridge.yaml:12:15 meters[4].interval: must be a duration such as 30s, 5m or 1h',
    ]);
  });

  it('tell of missing keys, not only of the missing section', () => {
    expect(problems('log: {}')).toEqual([
      'bridge.yaml:1:1 meters: is missing; must be a list, or meters_dir must name a folder of meters',
      'bridge.yaml:1:1 mqtt.url: is missing; must be like mqtt://192.168.1.10:1883, or mqtts://… for TLS',
    ]);
  });

  it('ask for one meter at least', () => {
    expect(problems('mqtt: { url: mqtt://x }\nmeters: []')).toEqual([
      'bridge.yaml:2:9 meters: must have at least 1 entry',
    ]);
  });

  it('are cut off where they never end', () => {
    const lines = problems(`mqtt: { url: mqtt://x }\nmeters: [${'7,'.repeat(5000)}]`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('… and 4900 more');
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['does not exist', '/nowhere/bridge.yaml'],
    ['does not exist', '/dev/null/bridge.yaml'],
    ['is a directory', tmpdir()],
    ['is not a regular file', '/dev/zero'],
  ])('%s: %s', (problem, file) => {
    const error = errorOf(() => loadConfig(schema, { file, env: { MQTT__URL: 'mqtt://x' } }));
    expect([error.code, error.message]).toEqual(['config/missing', `${file} ${problem}`]);
  });

  it('is larger than 1 MiB', () => {
    const error = errorOf(() => load(`${MINIMAL}#${' '.repeat(1024 * 1024)}`));
    expect([error.code, ...linesOf(error)]).toEqual(['config/missing', 'bridge.yaml is larger than 1 MiB']);
  });

  it('is not UTF-8', () => {
    const error = errorOf(() => load(Buffer.from(`\ufeff${MINIMAL}`, 'utf16le')));
    expect([error.code, ...linesOf(error)]).toEqual(['config/missing', 'bridge.yaml is not UTF-8 text']);
  });

  it.skipIf(process.getuid?.() === 0)('may not be read by this user', () => {
    const file = write(MINIMAL, 'locked.yaml');
    chmodSync(file, 0);
    expect(errorOf(() => loadConfig(schema, { file, env: {} })).message).toContain('may not be read');
  });
});

describe('variables of another program', () => {
  const legacyVariables: LegacyVariables = ({ BROKER }) =>
    BROKER === undefined
      ? null
      : {
          env: { MQTT__URL: `mqtt://${BROKER}`, METERS: '[{ "id": "old", "address": "tcp://10.0.0.5:23" }]' },
          notice: 'BROKER was taken over',
        };

  it('are enough without a file, and what they are called here wins', () => {
    const env = { BROKER: 'first', MQTT__BASE_TOPIC: 'solar' };
    const loaded = loadConfig(schema, { legacyVariables, env });
    expect(loaded).toMatchObject({ file: null, notice: 'BROKER was taken over' });
    expect(loaded.config.mqtt).toMatchObject({ url: 'mqtt://first:1883', base_topic: 'solar' });
    expect(loaded.config.meters.map(({ id }) => id)).toEqual(['old']);
    const other = loadConfig(schema, { legacyVariables, env: { ...env, MQTT__URL: 'mqtt://second' } });
    expect(other.config.mqtt.url).toBe('mqtt://second:1883');
  });

  it('count for nothing beside a file, and where there are none', () => {
    const file = write(MINIMAL);
    const { config, notice } = loadConfig(schema, { file, legacyVariables, env: { BROKER: 'first' } });
    expect([notice, config.meters[0]?.id]).toEqual([null, 'main']);
    expect(errorOf(() => loadConfig(schema, { legacyVariables, env: {} })).code).toBe('config/missing');
  });
});

describe('the places where a file may be', () => {
  it('are tried in order, and the first that exists is taken', () => {
    const first = write(MINIMAL.replace('main', 'first'), 'first.yaml');
    const second = write(MINIMAL.replace('main', 'second'), 'second.yaml');
    const loaded = loadConfig(schema, { candidates: ['/nowhere', first, second], env: {} });
    expect([loaded.file, loaded.config.meters[0]?.id]).toEqual([first, 'first']);
  });

  it('give way to the file that was named', () => {
    const first = write(MINIMAL, 'first.yaml');
    const named = write(MINIMAL.replace('main', 'named'), 'named.yaml');
    expect(loadConfig(schema, { file: named, candidates: [first], env: {} }).file).toBe(named);
  });

  it('are named when there is nothing at all', () => {
    const error = errorOf(() => loadConfig(schema, { candidates: ['/a', '/b'], env: { PATH: '/bin' } }));
    expect([error.code, error.message]).toEqual([
      'config/missing',
      'there is no configuration: /a does not exist, /b does not exist',
    ]);
    expect(errorOf(() => loadConfig(schema, { env: {} })).message).toContain('no file was named');
  });

  it('are told as what they are when they cannot be looked at', () => {
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    const error = errorOf(() => loadConfig(schema, { candidates: [loop], env: {} }));
    expect([error.code, error.message]).toEqual([
      'config/missing',
      `there is no configuration: ${loop} is a symbolic link that leads to itself`,
    ]);
  });

  it('fail as what they are when they cannot be read', () => {
    mkdirSync(join(folder, 'sub'));
    const error = errorOf(() => loadConfig(schema, { candidates: [join(folder, 'sub')], env: {} }));
    expect([error.code, ...linesOf(error)]).toEqual(['config/missing', 'sub is a directory']);
  });
});
