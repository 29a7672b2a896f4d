import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect as print } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonSchema } from './describe.ts';
import type { Environment } from './environment.ts';
import { errorOf, MINIMAL, schema } from './load.fixture.ts';
import { loadConfig } from './load.ts';
import { effectiveYaml, redact } from './redact.ts';
import { duration, mqttUrl, secret } from './schema.ts';

const CANARY = 'hunter2';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string, name = 'bridge.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(text: string, env: Environment = {}) {
  return loadConfig(schema, { file: write(text), env }).config;
}

/** The minimal file with lines of its own in the section mqtt. */
function withMqtt(...lines: readonly string[]): string {
  return MINIMAL.replace('localhost\n', `localhost\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

describe('a secret', () => {
  it.each([
    ['of the wrong kind', withMqtt(`password: [${CANARY}]`)],
    ['as a section', withMqtt(`password: { ${CANARY}: 1 }`)],
    ['in a section that is text', `mqtt: mqtt://user:${CANARY}@host\n`],
    ['in a URL that is wrong', MINIMAL.replace('localhost', `u:${CANARY}@host:x`)],
    ['in a URL with a path', MINIMAL.replace('localhost', `u:${CANARY}@host/x`)],
    ['that breaks a rule', `${MINIMAL}    key: ${CANARY}\n`],
    ['beside its file', withMqtt(`password: ${CANARY}`, 'password_file: /nowhere')],
    ['without a space behind the colon', withMqtt(`tls: { password:${CANARY} }`)],
    ['without a colon', withMqtt(`tls: { password ${CANARY} }`)],
    ['without a colon in a block', withMqtt(`password:${CANARY}`)],
    ['as an alias', withMqtt(`password: *${CANARY}`)],
    ['as a tag', withMqtt(`password: !${CANARY} x`)],
    ['as an anchor twice', withMqtt(`password: &${CANARY} &${CANARY} x`)],
    ['with a reserved sign', withMqtt(`password: @${CANARY}`)],
    ['with a reserved sign behind a percent', withMqtt(`password: "%${CANARY}`)],
    ['in open quotes', withMqtt(`password: "${CANARY}`)],
    ['with a wrong escape', withMqtt(`password: "\\q${CANARY}"`)],
    ['with a colon', withMqtt(`password: ${CANARY}: x`)],
    ['behind a closing quote', withMqtt(`password: "x" ${CANARY}`)],
    ['twice', withMqtt(`password: ${CANARY}`, `password: ${CANARY}`)],
    ['as a directive', `%${CANARY}\n---\n${MINIMAL}`],
  ])('%s in the file does not show in the error', (_, text) => {
    const error = errorOf(() => load(text));
    expect(print(error, { depth: 10, showHidden: true })).not.toContain(CANARY);
    expect(error.message).toContain('bridge.yaml:');
  });

  it.each([
    ['that breaks a rule', { METERS__0__KEY: CANARY }],
    ['in a list that is no YAML', { METERS: `[{ key: ${CANARY}` }],
    ['in a list of something else', { METERS: `[${CANARY}]` }],
    ['in a URL', { MQTT__URL: `mqtt://u:${CANARY}@host/x` }],
    ['below a key that has none', { MQTT__PASSWORD__X: CANARY }],
    ['in an unknown key', { MQTT__PASWORD: CANARY }],
    ['in the place of a number', { HTTP__PORT: CANARY }],
    ['in the place of a file', { MQTT__PASSWORD_FILE: `/nowhere/${CANARY}` }],
    ['set twice', { MQTT__PASSWORD: CANARY, mqtt__password: CANARY }],
  ])('%s in the environment does not show in the error', (_, env) => {
    const error = errorOf(() => load(MINIMAL, env));
    expect(print(error, { depth: 10, showHidden: true })).not.toContain(CANARY);
    expect(error.code).toBe('config/invalid');
  });

  it('is masked wherever the configuration is printed', () => {
    const config = load(`${MINIMAL.replace('localhost', `user:${CANARY}@localhost`)}    key: 0badcafe\n`);
    const printed = effectiveYaml(schema, config);
    expect(printed).not.toMatch(/hunter2|0badcafe/);
    expect(printed).toContain('  username: user\n  password: "********"\n');
    expect(printed).toContain('    key: "********"\n');
  });

  it('is masked through wrappers, choices, lists, maps and transforms', () => {
    const hidden = z.strictObject({
      wrapped: secret().min(3).describe('x').optional().default('x').nullable().readonly(),
      refined: secret().refine(() => true),
      choice: z.union([z.int(), secret()]),
      list: z.array(secret()),
      map: z.record(z.string(), secret()),
      bytes: secret().transform((text) => new TextEncoder().encode(text)),
      joined: z.array(secret()).transform((texts) => texts.join()),
      section: z.strictObject({ key: secret() }).transform(({ key }) => key),
      forms: z.union([z.strictObject({ a: secret() }), z.strictObject({ a: z.string(), b: z.int() })]),
      brokers: z.array(mqttUrl),
      added: z.strictObject({ key: secret() }).transform(({ key }) => ({ key, copy: key })),
    });
    const config = hidden.parse({
      wrapped: CANARY,
      refined: CANARY,
      choice: CANARY,
      list: [CANARY],
      map: { a: CANARY },
      bytes: CANARY,
      joined: [CANARY],
      section: { key: CANARY },
      forms: { a: CANARY, b: 1 },
      brokers: [`mqtt://u:${CANARY}@host`],
      added: { key: CANARY },
    });
    const mask = '********';
    expect(redact(hidden, config)).toEqual({
      wrapped: mask,
      refined: mask,
      choice: mask,
      list: [mask],
      map: { a: mask },
      bytes: mask,
      joined: mask,
      section: mask,
      forms: { a: mask, b: 1 },
      brokers: [`mqtt://u:${mask}@host:1883`],
      added: { key: mask },
    });
  });
});

describe('a secret from a file', () => {
  it('is found relative to the configuration, without its line end', () => {
    write('pass\n', 'password');
    expect(load(withMqtt('password_file: password')).mqtt.password).toBe('pass');
  });

  it('may be meant for a meter', () => {
    const file = write('0badcafe\r\n', 'key');
    expect(load(`${MINIMAL}    key_file: ${file}\n`).meters[0]?.key).toBe('0badcafe');
  });

  it.each([
    [
      'mqtt.password_file: names a file that does not exist; must name a readable file',
      'password_file: nowhere',
      3,
      18,
    ],
    [
      'mqtt.password_file: names a file that is a directory; must name a readable file',
      'password_file: .',
      3,
      18,
    ],
    ['mqtt.password_file: must be the path of a file', 'password_file: [a]', 3, 18],
    ['mqtt.password: must be text, in quotes if it looks like a number', 'password_file: empty', 3, 18],
  ])('%s', (problem, line, row, column) => {
    write('\n', 'empty');
    expect(errorOf(() => load(withMqtt(line))).message).toBe(
      `${folder}/bridge.yaml:${row}:${column} ${problem}`,
    );
  });

  it('is refused beside the secret itself', () => {
    write('pass', 'password');
    expect(errorOf(() => load(withMqtt('password_file: password', 'password: x'))).message).toBe(
      `${folder}/bridge.yaml:3:3 mqtt.password_file: is there beside password; must be only one of them`,
    );
  });

  it('satisfies a schema that demands the secret', () => {
    const demanding = z.strictObject({ key: secret(), every: duration.prefault('5s') });
    const file = write(`key_file: ${write('abc', 'key')}\n`);
    expect(loadConfig(demanding, { file, env: {} }).config).toEqual({ key: 'abc', every: 5000 });
    expect(jsonSchema(demanding, { name: 'x' })).toMatchObject({
      properties: { key_file: { type: 'string' } },
      required: [],
      allOf: [{ anyOf: [{ required: ['key'] }, { required: ['key_file'] }] }],
    });
  });
});
