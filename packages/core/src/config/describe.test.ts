import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { jsonSchema, markdownTable } from './describe.ts';
import { MINIMAL, schema } from './load.fixture.ts';
import { loadConfig } from './load.ts';
import { effectiveYaml } from './redact.ts';
import { sampleYaml } from './sample.ts';
import { duration, secret, size } from './schema.ts';

const example: z.input<typeof schema> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [
    { id: 'main', address: '/dev/ttyUSB0' },
    { id: '0012', address: 'tcp://meter:2001', interval: '1h' },
  ],
};
const sample = sampleYaml(schema, { name: 'test-bridge', example });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  mkdirSync(join(folder, 'config.d'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const file = join(folder, 'bridge.yaml');
  writeFileSync(file, text);
  return loadConfig(schema, { file, env: {} }).config;
}

describe('the sample file', () => {
  it('names its schema in the first line', () => {
    expect(sample.split('\n')[0]).toBe('# yaml-language-server: $schema=./test-bridge.schema.json');
  });

  it('loads as it is, and holds nothing but the example', () => {
    expect(load(sample)).toEqual(schema.parse(example));
  });

  it('loads the same with every default that it shows in a comment', () => {
    const section = /^(log|http|store|homeassistant|breaker):\n( .*\n)*/gm;
    const uncommented = sample.replace(section, (text) => text.replace(/^( +)# ([a-z_]+: \S+)$/gm, '$1$2'));
    // What has no fixed default is shown by an example.
    const { log, store: shown, ...rest } = load(uncommented);
    const { path, ...store } = shown;
    expect(uncommented).toContain('\n  port: 8080\n');
    expect(path).toBe('/var/lib/meterbridge/bridge.db');
    expect({ ...rest, store, log: { level: log.level, levels: {} } }).toEqual(load(sample));
  });

  it('loads with every key that it shows in a comment', () => {
    const once = sample.replace(/^( *)# (( {2})*(# )?[a-z_]+:( \S+)*)$/gm, '$1$2');
    expect(load(once)).toMatchObject({
      mqtt: { username: 'meterbridge', password: 'change-me', tls: { ca_file: '/etc/meterbridge/ca.pem' } },
      log: { format: 'json', file: { path: '/var/log/meterbridge/bridge.log', max_size: 10_000_000 } },
      meters: [{ id: 'main', key: '0badcafe', expire_after: 600_000 }, { id: '0012' }],
    });
  });

  it('shows durations and sizes as the user writes them, and where a secret may come from', () => {
    expect(sample).toContain('  # keepalive: 15s\n');
    expect(sample).toContain('  #   # max_size: 10MB\n');
    expect(sample).toContain('  # Password at the broker.\n  # Or password_file: a file that holds it.\n');
    expect(sample).toContain('  - id: "0012"\n');
  });

  it('names the file that a secret comes from', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, '0badcafe');
    const mqtt = { ...example.mqtt, password_file: file };
    const [meter] = example.meters ?? [];
    const meters = [{ ...meter!, key_file: file }];
    const config = load(sampleYaml(schema, { name: 'test-bridge', example: { mqtt, meters } }));
    expect([config.mqtt.password, config.meters[0]?.key]).toEqual(['0badcafe', '0badcafe']);
  });

  it('explains every key', () => {
    const lines = sample.split('\n');
    for (const [index, line] of lines.entries()) {
      if (/^ *(# )*[a-z_]+:/.test(line) && index > 2) expect(lines[index - 1]).toMatch(/# /);
    }
  });
});

describe('the settings table', () => {
  const rows = markdownTable(schema).split('\n');

  it('has a row for each key, with type, default and meaning', () => {
    expect(rows.slice(0, 2)).toEqual(['| Key | Type | Default | Meaning |', '|---|---|---|---|']);
    expect(rows).toEqual(
      expect.arrayContaining([
        '| `mqtt.url` | URL | required | Address of the broker; mqtts:// for TLS. |',
        '| `mqtt.password` | text (secret) |  | Password at the broker. Or `mqtt.password_file`: a file that holds it. |',
        '| `mqtt.qos` | `0`, `1`, `2` | `1` | Quality of service of readings. With 1 or 2 they are kept while the broker is away. |',
        '| `mqtt.keepalive` | duration | `15s` | How often the connection is checked when nothing is sent. |',
        '| `log.file.path` | text | required for `log.file` | File that receives the log lines too. |',
        '| `log.file.max_size` | size | `10MB` | Size at which a new file is begun. |',
        '| `meters[].address` | address | required | Where the meter is. |',
        '| `meters[].interval` | duration | `30s` | How often it is read. |',
        '| `meters[].registers` | list of whole number | `[60,68]` | What is read. |',
        '| `timezone` | text | `UTC` | Where \\| when. |',
      ]),
    );
  });

  it('describes every key', () => {
    const meanings = rows.slice(2, -1).map((row) => row.split(' | ').at(-1));
    expect(meanings.length).toBeGreaterThan(30);
    for (const meaning of meanings) expect(meaning).toMatch(/\w{3}.*\|$/);
  });

  it('shows a default as the user writes it, even if the schema holds what comes out', () => {
    const table = markdownTable(z.strictObject({ a: duration.default(90_000), b: size.default(2048) }));
    expect(table).toContain('| `90s` |');
    expect(table).toContain('| `2KiB` |');
  });
});

describe('the JSON Schema', () => {
  const json = JSON.stringify(jsonSchema(schema, { name: 'test-bridge' }));
  const shape = z.looseObject({ properties: z.record(z.string(), z.unknown()) });
  const { properties } = shape.parse(JSON.parse(json));

  it('describes what the user writes', () => {
    expect(properties.breaker).toMatchObject({
      type: ['object', 'null'],
      additionalProperties: false,
      properties: { reset_after: { type: 'string', pattern: expect.any(String), default: '60s' } },
    });
    expect(properties.mqtt).toMatchObject({
      type: 'object',
      required: ['url'],
      properties: {
        url: { type: 'string', examples: ['mqtt://localhost:1883'] },
        password: { type: 'string' },
        password_file: { type: 'string' },
      },
    });
  });

  it('has a description for every key', () => {
    const described = (at: unknown): void => {
      const { data } = shape.safeParse(at);
      for (const child of Object.values(data?.properties ?? {})) {
        expect(child).toHaveProperty('description');
        described(child);
      }
    };
    described(JSON.parse(json));
  });
});

describe('the effective configuration', () => {
  it('shows what counts, as the user would write it', () => {
    const printed: unknown = parse(
      effectiveYaml(schema, load(`${MINIMAL}log: { file: { path: x, max_size: 2048 } }\n`)),
    );
    expect(printed).toMatchObject({
      mqtt: { url: 'mqtt://localhost:1883', keepalive: '15s' },
      log: { level: 'info', file: { max_size: '2KiB' } },
      breaker: { reset_after: '1m' },
      meters: [{ id: 'main', address: 'serial:///dev/ttyUSB0', interval: '30s' }],
    });
  });

  it('is a configuration again', () => {
    const config = load(sample);
    expect(load(effectiveYaml(schema, config))).toEqual(config);
  });

  it('leaves out what is not set', () => {
    const optional = z.strictObject({ a: secret().optional(), b: z.int().optional() });
    expect(effectiveYaml(optional, optional.parse({ a: undefined, b: 1 }))).toBe('b: 1\n');
  });
});
