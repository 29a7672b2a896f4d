import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mqttUrl, splitCredentials } from './broker.ts';
import { redact } from './redact.ts';

function problemOf(value: unknown): string {
  return (
    mqttUrl
      .safeParse(value)
      .error?.issues.map(({ message }) => message)
      .join(' / ') ?? 'accepted'
  );
}

describe('mqttUrl', () => {
  it.each([
    ['mqtt://localhost', 'mqtt://localhost:1883'],
    ['mqtt://192.168.1.10:1884', 'mqtt://192.168.1.10:1884'],
    ['mqtts://broker.example/', 'mqtts://broker.example:8883'],
    ['MQTT://broker', 'mqtt://broker:1883'],
    ['mqtt://[::1]', 'mqtt://[::1]:1883'],
    ['mqtt://user@broker', 'mqtt://user@broker:1883'],
    ['mqtt://user:p%40ss@broker:1', 'mqtt://user:p%40ss@broker:1'],
  ])('reads %s as %s', (text, url) => {
    expect(mqttUrl.parse(text)).toBe(url);
  });

  it.each([
    ['localhost', 'is no URL'],
    ['localhost:1883', 'does not name MQTT'],
    ['ws://broker', 'does not name MQTT'],
    ['http://broker', 'does not name MQTT'],
    ['mqtt://', 'names no valid host'],
    ['mqtt://:1883', 'is no URL'],
    ['mqtt://brök.example', 'names no valid host'],
    ['mqtt://broker:0', 'names port 0'],
    ['mqtt://broker:65536', 'is no URL'],
    ['', 'is no URL'],
  ])('refuses %j: %s', (text, problem) => {
    expect(problemOf(text)).toBe(`${problem}; must be like mqtt://192.168.1.10:1883, or mqtts://… for TLS`);
  });

  it.each([
    'mqtt://user:hunter2@broker:x',
    'mqtt://user:hunter2#4@broker',
    'mqtt://broker/hunter2',
    'mqtt://broker?hunter2',
    'mqtt://user:hunter2%@broker',
    'http://user:hunter2@broker',
  ])('refuses %s without repeating it', (text) => {
    expect(problemOf(text)).toContain('must be like');
    expect(problemOf(text)).not.toContain('hunter2');
  });

  it('is printed without its password', () => {
    expect(redact(mqttUrl, mqttUrl.parse('mqtt://user:hunter2@broker'))).toBe(
      'mqtt://user:********@broker:1883',
    );
    expect(redact(mqttUrl, mqttUrl.parse('mqtt://user@broker'))).toBe('mqtt://user@broker:1883');
  });
});

describe('the credentials of a broker', () => {
  it('are taken out of the URL and decoded', () => {
    expect(splitCredentials('mqtt://u%20ser:p%40ss@broker:1883')).toEqual({
      url: 'mqtt://broker:1883',
      username: 'u ser',
      password: 'p@ss',
    });
    expect(splitCredentials('mqtt://broker:1883')).toEqual({ url: 'mqtt://broker:1883' });
  });

  it('come back the same, whatever they are', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (username, password) => {
        const url = `mqtt://${encodeURIComponent(username)}:${encodeURIComponent(password)}@broker`;
        expect(splitCredentials(mqttUrl.parse(url))).toEqual({
          url: 'mqtt://broker:1883',
          username,
          password,
        });
      }),
    );
  });
});
