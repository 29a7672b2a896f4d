import {
  type Broker,
  type Certificates,
  hasRealBroker,
  type Identity,
  makeCertificates,
  startBroker,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { message, startClient, startStub, type TestClient } from './client.fixture.ts';
import type { MqttTls } from './settings.ts';

interface Variant {
  readonly insecure?: boolean;
  /** Trust the wrong authority. */
  readonly foreign?: boolean;
  /** Show a certificate of the client. */
  readonly client?: boolean;
}

describe.skipIf(!(await hasRealBroker()))('MQTT client over TLS', () => {
  let certificates: Certificates;
  const brokers = new Map<string, Broker>();
  const startTls = (name: string, { cert, key }: Identity, config: readonly string[] = []) =>
    startBroker({
      real: true,
      config: ['cafile ca.pem', 'certfile server.pem', 'keyfile server.key', ...config],
      files: { 'ca.pem': certificates.ca, 'server.pem': cert, 'server.key': key },
    }).then((broker) => brokers.set(name, broker));

  beforeAll(async () => {
    certificates = await makeCertificates();
    await Promise.all([
      startTls('good', certificates.server),
      startTls('expired', certificates.expired),
      startTls('wrong host', certificates.wrongHost),
      startTls('strict', certificates.server, ['require_certificate true']),
      startTls('strict, TLS 1.2', certificates.server, ['require_certificate true', 'tls_version tlsv1.2']),
    ]);
  });
  afterAll(async () => {
    for (const broker of brokers.values()) await broker[Symbol.asyncDispose]();
  });

  const start = (name: string, tls: Partial<MqttTls> = {}): TestClient =>
    startClient(brokers.get(name)!, { tls: { insecure: false, ca: certificates.ca, ...tls } });

  it.each<[string, string, Variant]>([
    ['a certificate of its authority', 'good', {}],
    ['any certificate, if insecure: of an unknown authority', 'good', { insecure: true, foreign: true }],
    ['any certificate, if insecure: expired', 'expired', { insecure: true }],
    ['any certificate, if insecure: of another host', 'wrong host', { insecure: true }],
    ['a broker that wants a certificate, and shows its own', 'strict', { client: true }],
    ['the same with TLS 1.2', 'strict, TLS 1.2', { client: true }],
  ])('accepts %s', async (_, name, { insecure = false, foreign = false, client = false }) => {
    const ca = foreign ? certificates.foreignCa : certificates.ca;
    await using bridge = start(name, { insecure, ca, ...(client && certificates.client) });
    await bridge.reached('connected');
    await bridge.client.publish(message('test/a'));
    expect(bridge.client.protocolVersion).toBe(5);
  });

  it.each<[string, string, Variant, string | RegExp, string]>([
    [
      'an unknown authority',
      'good',
      { foreign: true },
      'signed by an authority that is not trusted',
      'ca_file',
    ],
    ['an expired certificate', 'expired', {}, 'has expired', 'Renew'],
    [
      'a certificate of another host',
      'wrong host',
      {},
      'not for "localhost" but for DNS:broker.example',
      'host name',
    ],
    [
      'a broker that wants a certificate',
      'strict',
      {},
      /wants a certificate|after the handshake/,
      'cert_file',
    ],
    ['the same with TLS 1.2', 'strict, TLS 1.2', {}, /handshake|wants a certificate/, 'cert_file'],
  ])('tells exactly why not: %s', async (_, name, { foreign = false }, reason, hint) => {
    await using bridge = start(name, foreign ? { ca: certificates.foreignCa } : {});
    const error = await bridge.reached('mqtt/tls');
    expect(error?.message).toMatch(reason);
    expect(error?.hint).toContain(hint);
    expect(bridge.client.connected).toBe(false);
  });

  it('tells that a port does not speak TLS, and never sends a word unencrypted', async () => {
    const received: Buffer[] = [];
    await using plain = await startStub((socket) =>
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        socket.end(Uint8Array.of(0x20, 2, 0, 0));
      }),
    );
    const tls = { insecure: true };
    await using bridge = startClient(plain, { tls, username: 'somebody', password: 'topsecret' });
    expect((await bridge.reached('mqtt/tls'))?.message).toMatch(/does not speak TLS|during the handshake/);
    expect(Buffer.concat(received).includes('somebody')).toBe(false);
  });

  it('tells that a port wants TLS when it was not asked for', async () => {
    await using bridge = startClient(brokers.get('good')!);
    const error = await bridge.reached('mqtt/unreachable');
    expect(error?.hint).toContain('mqtts://');
  });

  it.each([
    ['is no certificate', { cert: 'no certificate', key: 'no key' }],
    ['does not belong to its key', undefined],
  ])('tells that its own certificate %s', async (_, own) => {
    const mixed = { cert: certificates.client.cert, key: certificates.server.key };
    await using bridge = start('strict', own ?? mixed);
    const error = await bridge.reached('mqtt/tls');
    expect(error?.message).toContain('no encrypted connection');
    expect(bridge.client.connected).toBe(false);
  });
});
