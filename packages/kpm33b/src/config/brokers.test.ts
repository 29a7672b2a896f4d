import { describe, expect, it } from 'vitest';
import { brokerWarnings } from './brokers.ts';

describe('internal and central broker', () => {
  it.each([
    ['127.0.0.1', 'mqtt://127.0.0.1:11883'],
    ['127.0.0.1', 'mqtt://localhost:11883'],
    ['::1', 'mqtt://[::1]:11883'],
    ['broker', 'mqtts://broker:11883'],
  ])('are the same at %s and %s', (host, url) => {
    expect(brokerWarnings({ host, port: 11_883 }, { url })).toMatchObject([{ code: 'config/invalid' }]);
  });

  it('are the same where the usual port is left out', () => {
    const internal = { host: 'broker', port: 1883 };
    expect(brokerWarnings(internal, { url: 'mqtt://broker' })).toHaveLength(1);
    expect(brokerWarnings(internal, { url: 'mqtts://broker' })).toEqual([]);
  });

  it.each([
    ['127.0.0.1', 'mqtt://127.0.0.1:1883'],
    ['127.0.0.1', 'mqtt://127.0.0.1'],
    ['internal', 'mqtt://central:11883'],
    ['127.0.0.1', 'mqtt://192.168.1.5:11883'],
  ])('are two at %s and %s', (host, url) => {
    expect(brokerWarnings({ host, port: 11_883 }, { url })).toEqual([]);
  });
});
