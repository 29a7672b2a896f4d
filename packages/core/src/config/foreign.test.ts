import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  brokerUrl,
  durationOf,
  isTrue,
  logLevelOfPython,
  numberOf,
  readForeign,
  sectionOf,
  textOf,
  textsOf,
  variablesIn,
  withVariables,
} from './foreign.ts';

describe('a value of another program', () => {
  it.each([
    ['', null],
    ['  ', null],
    [' a b ', 'a b'],
    [0, '0'],
    [1.5, '1.5'],
    [false, 'false'],
    [null, null],
    [undefined, null],
    [['a'], null],
    [{ a: 1 }, null],
  ])('%j is the text %j', (value, text) => {
    expect(textOf(value)).toBe(text);
  });

  it.each([
    ['60', 60],
    [0, 0],
    ['', null],
    ['x', null],
    [null, null],
    [Number.POSITIVE_INFINITY, null],
  ])('%j is the number %j', (value, number) => {
    expect(numberOf(value)).toBe(number);
  });

  it('is true in the words that people write', () => {
    expect([true, 1, 'true', 'True', ' yes', 'ON', '1'].every(isTrue)).toBe(true);
    expect([false, 0, 'false', 'no', 'off', '', null, undefined, 2].some(isTrue)).toBe(false);
  });

  it('is a section or a list if it looks like one', () => {
    expect(sectionOf({ a: 1 })).toEqual({ a: 1 });
    expect([null, 'a', ['a'], 1].map(sectionOf)).toEqual([{}, {}, {}, {}]);
    expect(textsOf(['a', 266, '', null])).toEqual(['a', '266']);
    expect(textsOf('a')).toEqual([]);
  });

  it.each([
    [[90], '90s'],
    [['120'], '2m'],
    [[60, 60], '1h'],
    [[0.5, 60], '30s'],
    [[0], null],
    [[-1], null],
    [['soon'], null],
  ] as const)('%j is the duration %j', ([value, unit], duration) => {
    expect(durationOf(value, unit)).toBe(duration);
  });

  it('names a log level', () => {
    const names = ['debug', 'INFO', 'Warning', 'WARN', 'ERROR', 'CRITICAL', 'FATAL', 'NOTSET', 'loud', null];
    expect(names.map(logLevelOfPython)).toEqual([
      'debug',
      'info',
      'warn',
      'warn',
      'error',
      'fatal',
      'fatal',
      'trace',
      null,
      null,
    ]);
  });

  it('names a broker', () => {
    expect(brokerUrl(undefined, null)).toBe('mqtt://localhost:1883');
    expect(brokerUrl('10.0.0.5', '8883', true)).toBe('mqtts://10.0.0.5:8883');
    expect(brokerUrl('fe80::1', 1883)).toBe('mqtt://[fe80::1]:1883');
  });
});

describe('variables of another program', () => {
  it('are lines as shells and Docker take them', () => {
    const text = '# mine\n\nA=1\r\nexport B_C="x y"\n- D=a=b\nE=\n';
    expect(variablesIn(text)).toEqual({ env: { A: '1', B_C: 'x y', D: 'a=b', E: '' }, isWhole: true });
  });

  it.each(['', 'mqtt:\n  host: a=b\n', 'A=1\nmqtt: {}\n'])('are not all that is in %j', (text) => {
    expect(variablesIn(text).isWhole).toBe(false);
  });

  it('win over the file, and strangers stay to be told of', () => {
    const old = { mqtt: { host: 'a', port: 1 }, logging: null };
    const env = { MQTT_HOST: 'b', MQTT_TLS_CA_CERT: 'c', LOG_LEVEL: 'INFO', FOO: '1' };
    expect(withVariables(old, env, { MQTT: 'mqtt', LOG: 'logging' })).toEqual({
      mqtt: { host: 'b', port: 1, tls_ca_cert: 'c' },
      logging: { level: 'INFO' },
      FOO: '1',
    });
  });
});

it('a file of another program that has no keys is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, '- a\n');
  expect(() => readForeign(file)).toThrow(/:1:1: must hold keys with values$/);
  // It is not ours: there is no sample of it.
  const hint = expect.stringContaining('other program');
  expect(() => readForeign(`${file}.no`)).toThrow(expect.objectContaining({ code: 'config/missing', hint }));
});
