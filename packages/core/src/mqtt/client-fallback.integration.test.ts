import { connect } from 'node:net';
import { type Broker, collect, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CONNACK,
  CONNECT,
  message,
  onPackets,
  PUBLISH,
  publishOf,
  startClient,
  startStub,
  versionOf,
} from './client.fixture.ts';

describe('MQTT client with a broker that speaks 3.1.1 only', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ kind: 'embedded' });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  it('falls back by itself, without a word', async () => {
    await using observer = await collect(broker, 'test/#');
    const birth = [message('test/state', 'online')];
    await using bridge = startClient(broker, { birth });
    await bridge.reached('connected');
    // The embedded broker deals with the packets of one chunk side by side.
    await observer.next(({ payload }) => payload === 'online');
    for (const qos of [0, 1, 2] as const) await bridge.client.publish(message('test/a', `${qos}`, { qos }));
    await observer.next(({ payload }) => payload === '2');
    expect(observer.messages.map(({ payload }) => payload)).toEqual(['online', '0', '1', '2']);
    expect(bridge.client.protocolVersion).toBe(4);
    expect(bridge.client.receiveMaximum).toBe(65_535);
    expect(bridge.states).toEqual(['connected']);
  });

  it('falls back where the broker just hangs up on MQTT 5, and remembers it', async () => {
    const versions: number[] = [];
    await using old = await startStub((socket) => {
      socket.once('data', (first: Buffer) => {
        const version = first[8]!;
        versions.push(version);
        if (version === 5) return socket.destroy();
        const onward = connect(broker.port, broker.host).on('error', () => socket.destroy());
        onward.write(first);
        return void socket.pipe(onward).pipe(socket);
      });
    });
    await using bridge = startClient(old);
    await bridge.reached('connected');
    expect(bridge.states).toEqual(['connected']);
    expect(versions).toEqual([5, 4]);
    await broker.stop();
    await bridge.reached('mqtt/lost');
    await broker.start();
    await bridge.reached('connected');
    expect(versions.slice(2)).not.toContain(5);
  });

  it('goes back to MQTT 5 when neither version is answered', async () => {
    const versions: number[] = [];
    let isReady = false;
    await using slow = await startStub((socket) =>
      onPackets(socket, (packet) => {
        if (packet.type !== CONNECT) return;
        versions.push(versionOf(packet));
        if (isReady) socket.write(CONNACK[5](0));
        else socket.destroy();
      }),
    );
    await using bridge = startClient(slow);
    const error = await bridge.reached('mqtt/unreachable');
    expect(error?.message).toContain('ended the connection without an answer');
    isReady = true;
    await bridge.reached('connected');
    expect(versions.slice(0, 2)).toEqual([5, 4]);
    expect(versions.at(-1)).toBe(5);
  });

  it('suspects another client with its id when each connection is dropped soon', async () => {
    await using contested = await startStub((socket) =>
      onPackets(socket, (packet) => {
        if (packet.type === CONNECT) socket.end(CONNACK[5](0));
      }),
    );
    await using bridge = startClient(contested, { clientId: 'shared' });
    const error = await bridge.reached('mqtt/taken-over');
    expect(error?.message).toContain('does another client use "shared"?');
  });

  it('finds the message over which the broker hangs up, and gets the others through', async () => {
    await using strict = await startStub((socket) =>
      onPackets(socket, (packet) => {
        if (packet.type === CONNECT) {
          const isOld = versionOf(packet) === 4;
          socket.write(isOld ? CONNACK[3](0) : CONNACK[3](1));
        }
        if (packet.type !== PUBLISH) return;
        const { topic, id } = publishOf(packet);
        if (topic === 'test/poison') socket.destroy();
        else socket.write(Uint8Array.of(0x40, 2, ...id));
      }),
    );
    await using bridge = startClient(strict);
    await bridge.reached('connected');
    const topics = ['test/1', 'test/2', 'test/poison', 'test/3', 'test/4'];
    const publishUntilSettled = async (topic: string): Promise<string> => {
      for (;;) {
        try {
          await bridge.client.publish(message(topic));
          return 'acknowledged';
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'mqtt/not-authorized')
            return error.message;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const outcomes = await Promise.all(topics.map(publishUntilSettled));
    const acknowledged = 'acknowledged';
    expect(outcomes).toEqual([
      acknowledged,
      acknowledged,
      expect.stringContaining('test/poison was refused: the broker ended the connection'),
      acknowledged,
      acknowledged,
    ]);
  });
});
