import { collect, hasRealBroker, startBroker } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { CONNACK, CONNECT, message, onPackets, startClient, startStub } from './client.fixture.ts';

/** Receive Maximum 20 (MQTT 5, section 3.2.2.3.3). */
const NARROW_CONNACK = Buffer.from('2006000003210014', 'hex');

describe.skipIf(!(await hasRealBroker()))('a client that wants many messages under way', () => {
  it.each([
    [20, 4],
    [500, 5],
  ])('speaks to a broker that takes %i of them MQTT version %i', async (inflight, version) => {
    await using broker = await startBroker({ real: true, config: [`max_inflight_messages ${inflight}`] });
    await using observer = await collect(broker, 'test/#');
    const birth = [message('test/state', 'online')];
    const will = message('test/state', 'offline');
    await using bridge = startClient(broker, { birth, will, wantedReceiveMaximum: 200 });
    await bridge.reached('connected');
    await bridge.client.publish(message('test/a', '1', { qos: 1 }));
    await observer.next(({ payload }) => payload === '1');
    expect(bridge.client.protocolVersion).toBe(version);
    expect(bridge.client.receiveMaximum).toBeGreaterThanOrEqual(200);
    // The change of versions is nobody's business: no last will, no word of a lost connection.
    expect(observer.messages.map(({ payload }) => payload)).toEqual(['online', '1']);
    expect(bridge.states).toEqual(['connected']);
  });
});

it('a client that wants more than a broker of MQTT 5 alone gives takes what it gets', async () => {
  const versions: number[] = [];
  await using young = await startStub((socket) =>
    onPackets(socket, ({ type, body }) => {
      if (type !== CONNECT) return;
      versions.push(body[6]!);
      if (body[6] === 5) socket.write(NARROW_CONNACK);
      else socket.end(CONNACK[3](1));
    }),
  );
  await using bridge = startClient(young, { wantedReceiveMaximum: 200 });
  await bridge.reached('connected');
  expect(versions).toEqual([5, 4, 5]);
  expect(bridge.client.protocolVersion).toBe(5);
  expect(bridge.client.receiveMaximum).toBe(20);
});
