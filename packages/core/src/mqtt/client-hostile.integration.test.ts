import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CONNACK, CONNECT, message, onPackets, SUBSCRIBE, startClient, startStub } from './client.fixture.ts';

const text = (bytes: string): Uint8Array => Buffer.from(bytes);

/** A QoS 0 PUBLISH of MQTT 5. */
function publishPacket(topic: string, payload: Uint8Array): Uint8Array {
  const rest = Buffer.concat([Uint8Array.of(0, topic.length), text(topic), Uint8Array.of(0), payload]);
  const length: number[] = [];
  for (let left = rest.length; ; left = left >>> 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Uint8Array.of(0x30, ...length), rest]);
}

describe('MQTT client with a server that is no good broker', () => {
  it('gives up on one that accepts and never answers, and tries again', async () => {
    let connections = 0;
    await using silent = await startStub(() => connections++);
    await using bridge = startClient(silent, {}, { connectTimeoutMs: 50 });
    const error = await bridge.reached('mqtt/unreachable');
    expect(error?.message).toMatch(/:\d+ did not answer within 0.05 s/);
    await vi.waitFor(() => expect(connections).toBeGreaterThan(2), 10_000);
    expect(bridge.states).toEqual(['mqtt/unreachable']);
  });

  it('gives up on one that never acknowledges', async () => {
    await using lazy = await startStub((socket) =>
      onPackets(socket, ({ type }) => {
        if (type === CONNECT) socket.write(CONNACK[5](0));
      }),
    );
    await using bridge = startClient(lazy, {}, { ackTimeoutMs: 50 });
    await bridge.reached('connected');
    await expect(bridge.client.publish(message('test/a'))).rejects.toMatchObject({ code: 'mqtt/lost' });
    expect((await bridge.reached('mqtt/lost'))?.message).toContain('did not confirm a message within 0.05 s');
    await bridge.reached('connected');
  });

  it('closes in time while it waits for acknowledgements, or for the connection', async () => {
    await using lazy = await startStub((socket) =>
      onPackets(socket, ({ type }) => {
        if (type === CONNECT) socket.write(CONNACK[5](0));
      }),
    );
    await using silent = await startStub(() => undefined);
    await using bridge = startClient(lazy);
    await using waiting = startClient(silent);
    await bridge.reached('connected');
    const outstanding = bridge.client.publish(message('test/a'));
    await Promise.all([bridge.client.close({ timeoutMs: 100 }), waiting.client.close()]);
    await expect(outstanding).rejects.toMatchObject({ code: 'mqtt/lost' });
    expect(waiting.states).toEqual([]);
  });

  it.each([
    ['another protocol', text('SSH-2.0-OpenSSH_9.2p1\r\n')],
    ['HTTP', text('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a TLS alert', Uint8Array.of(0x15, 3, 3, 0, 2, 2, 10)],
    ['noise', randomBytes(5_000)],
  ])('is not confused by %s', async (_, answer) => {
    await using stranger = await startStub((socket) => void socket.once('data', () => socket.end(answer)));
    await using bridge = startClient(stranger);
    expect((await bridge.reached('mqtt/unreachable'))?.message).toContain(
      `${stranger.host}:${stranger.port}`,
    );
    expect(bridge.client.connected).toBe(false);
  });

  it('survives whatever bytes a broker sends after it accepted the connection', async () => {
    const head = fc.constantFrom(
      0x20,
      0x30,
      0x32,
      0x34,
      0x40,
      0x50,
      0x62,
      0x70,
      0x90,
      0xb0,
      0xd0,
      0xe0,
      0xf0,
    );
    const body = fc.array(fc.oneof(fc.nat(3), fc.nat(255)), { maxLength: 20 });
    const packet = fc.tuple(head, body).map(([first, rest]) => [first, rest.length, ...rest]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(packet, body), { maxLength: 6 }),
        fc.boolean(),
        async (packets, isAtOnce) => {
          let connections = 0;
          await using mad = await startStub((socket) => {
            const isHostile = connections++ === 0;
            const attack = (): void => void socket.end(Uint8Array.from(packets.flat()));
            onPackets(socket, ({ type }) => {
              if (type === CONNECT) socket.write(CONNACK[5](0));
              if (isHostile && type === (isAtOnce ? CONNECT : SUBSCRIBE)) attack();
            });
          });
          await using bridge = startClient(mad, {}, { retryMinMs: 1, retryMaxMs: 2 });
          bridge.client.subscribe('#', () => undefined);
          await vi.waitFor(() => expect(connections > 1 && bridge.client.connected).toBe(true), {
            interval: 5,
          });
          await bridge.client.close({ timeoutMs: 1 });
        },
      ),
      { numRuns: 100, examples: [[[[0x62, 0]], false]] },
    );
  });

  it.each([
    [3, 4, 'mqtt/refused', 'refused user "somebody" (Bad username or password)'],
    [3, 5, 'mqtt/refused', 'refused user "somebody" (Not authorized)'],
    [3, 3, 'mqtt/unreachable', 'is not ready (Server unavailable)'],
    [5, 0x85, 'mqtt/refused', 'refused the connection (Client Identifier not valid)'],
    [5, 0x86, 'mqtt/refused', 'refused user "somebody" (Bad User Name or Password)'],
    [5, 0x89, 'mqtt/unreachable', 'is not ready (Server busy)'],
    [5, 0x84, 'mqtt/refused', 'refused the connection (Unsupported Protocol Version)'],
  ] as const)('explains the answer of MQTT %i with code %i as %s', async (version, reason, code, words) => {
    await using broker = await startStub((socket) =>
      onPackets(socket, ({ type }) => {
        if (type === CONNECT) socket.end(CONNACK[version](reason));
      }),
    );
    await using bridge = startClient(broker, { username: 'somebody', password: 'topsecret' });
    const error = await bridge.reached(code);
    expect(error?.message).toContain(words);
    expect(error?.facts).toMatchObject({ reason });
  });

  it('tells a subscription that the broker refuses', async () => {
    await using broker = await startStub((socket) =>
      onPackets(socket, ({ type, body }) => {
        if (type === CONNECT) socket.write(CONNACK[5](0));
        if (type === SUBSCRIBE) socket.write(Uint8Array.of(0x90, 4, body[0]!, body[1]!, 0, 0x87));
      }),
    );
    await using bridge = startClient(broker);
    bridge.client.subscribe('test/secret', () => undefined);
    await vi.waitFor(() =>
      expect(bridge.errors).toMatchObject([
        { code: 'mqtt/not-authorized', facts: { filter: 'test/secret' } },
      ]),
    );
  });

  it('drops a message of more than 1 MiB and takes the next', async () => {
    const arrived: number[] = [];
    await using broker = await startStub((socket) =>
      onPackets(socket, ({ type }) => {
        if (type === CONNECT) socket.write(CONNACK[5](0));
        if (type !== SUBSCRIBE) return;
        socket.write(publishPacket('test/in', Buffer.alloc(1024 * 1024 + 1)));
        socket.write(publishPacket('test/in', Buffer.alloc(1024 * 1024)));
      }),
    );
    await using bridge = startClient(broker);
    bridge.client.subscribe('test/in', (_topic, payload) => arrived.push(payload.length));
    await vi.waitFor(() => expect(arrived).toEqual([1024 * 1024]), 10_000);
    expect(bridge.errors).toMatchObject([
      { code: 'mqtt/oversized', facts: { topic: 'test/in', bytes: 1024 * 1024 + 1 } },
    ]);
  });

  it('says so when the broker closes in the middle of a packet, and connects again', async () => {
    const arrived: string[] = [];
    let connections = 0;
    await using broker = await startStub((socket) => {
      const isFirst = connections++ === 0;
      onPackets(socket, ({ type }) => {
        if (type === CONNECT) socket.write(CONNACK[5](0));
        if (type !== SUBSCRIBE) return;
        const packet = publishPacket('test/in', text('whole'));
        if (isFirst) socket.end(packet.subarray(0, -2));
        else socket.write(packet);
      });
    });
    await using bridge = startClient(broker);
    bridge.client.subscribe('test/in', (_topic, payload) => arrived.push(Buffer.from(payload).toString()));
    await bridge.reached('mqtt/lost');
    await vi.waitFor(() => expect(arrived).toEqual(['whole']), 10_000);
    expect(bridge.states).toEqual(['connected', 'mqtt/lost', 'connected']);
    expect(bridge.errors).toEqual([]);
  });

  it('does not take a packet without end into memory', async () => {
    await using broker = await startStub((socket) =>
      onPackets(socket, ({ type }) => {
        if (type !== CONNECT) return;
        socket.write(CONNACK[5](0));
        socket.write(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f));
        const piece = Buffer.alloc(1024 * 1024);
        const flood = (): void => void socket.write(piece, (error) => error || flood());
        flood();
      }),
    );
    await using bridge = startClient(broker);
    expect((await bridge.reached('mqtt/lost'))?.message).toContain('a packet of more than');
  });

  it('tells a host name that does not exist, and a port where nothing listens', async () => {
    const nobody = await startStub(() => undefined);
    await nobody[Symbol.asyncDispose]();
    await using unknown = startClient({ host: 'broker.invalid', port: 1883 });
    await using refused = startClient(nobody);
    expect((await unknown.reached('mqtt/unreachable'))?.message).toContain('broker.invalid:1883');
    expect((await refused.reached('mqtt/unreachable'))?.message).toBe(
      `nothing listens at localhost:${nobody.port}`,
    );
  });
});
