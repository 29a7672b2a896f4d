import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Message } from '../mqtt/index.ts';
import { Outbox, type Outgoing } from '../store/index.ts';
import { Delivery, type DeliveryClient } from './delivery.ts';

/** The broker's side of the client's contract, answered by the test. */
class ScriptedBroker implements DeliveryClient {
  connected = true;
  receiveMaximum = 65_535;
  readonly asked: { readonly message: Message; ack(): void; fail(error: BridgeError): void }[] = [];

  send(message: Message, done: (error?: BridgeError) => void): void {
    this.asked.push({ message, ack: done, fail: done });
  }

  get payloads(): readonly string[] {
    return this.asked.map(({ message }) => message.payload);
  }
}

const reading = (payload: string): Outgoing => ({
  topic: 'a',
  payload,
  qos: 1,
  retain: true,
  backlogTopic: 'a/backlog',
});

function setUp() {
  const broker = new ScriptedBroker();
  const outbox = new Outbox({ maxMessages: 1000, maxBytes: 1e6, maxAgeMs: 1e9 });
  const refused: string[] = [];
  const delivery = new Delivery(broker, outbox, ({ payload }) => refused.push(payload));
  return { broker, outbox, delivery, refused };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('delivery', () => {
  it('sends nothing before the connection is said to be there', () => {
    const { broker, delivery } = setUp();
    delivery.put(reading('1'));
    expect(broker.payloads).toEqual([]);
    delivery.connected();
    expect(broker.payloads).toEqual(['1']);
  });

  it('has no more under way than the broker takes', async () => {
    const { broker, delivery } = setUp();
    broker.receiveMaximum = 2;
    delivery.connected();
    for (const payload of ['1', '2', '3']) delivery.put(reading(payload));
    expect(broker.payloads).toEqual(['1', '2']);
    broker.asked[0]!.ack();
    await settled();
    expect(broker.payloads).toEqual(['1', '2', '3']);
    expect(delivery.delivered).toBe(1);
  });

  it('keeps what was under way when the connection broke', async () => {
    const { broker, outbox, delivery } = setUp();
    delivery.connected();
    for (const payload of ['1', '2']) delivery.put(reading(payload));
    broker.connected = false;
    delivery.disconnected();
    for (const { fail } of broker.asked.splice(0)) fail(new BridgeError('mqtt/lost', 'gone'));
    await settled();
    expect(outbox.size).toBe(2);
    broker.connected = true;
    delivery.connected();
    expect(broker.asked.map(({ message }) => `${message.topic} ${message.payload}`)).toEqual([
      'a 2',
      'a/backlog 1',
    ]);
  });

  it('drops what the broker refuses, says so, and goes on', async () => {
    const { broker, outbox, delivery, refused } = setUp();
    broker.receiveMaximum = 1;
    delivery.connected();
    for (const payload of ['bad', 'good']) delivery.put(reading(payload));
    broker.asked[0]!.fail(new BridgeError('mqtt/not-authorized', 'no'));
    await settled();
    expect([refused, broker.payloads, outbox.size]).toEqual([['bad'], ['bad', 'good'], 1]);
  });

  it('gives up for now when the client refuses everything though it says to be connected', async () => {
    const { broker, outbox, delivery } = setUp();
    delivery.connected();
    for (const payload of ['1', '2']) delivery.put(reading(payload));
    broker.send = (_, done) => done(new BridgeError('mqtt/lost', 'closing'));
    for (const { fail } of broker.asked.splice(0)) fail(new BridgeError('mqtt/lost', 'closing'));
    await delivery.drained();
    expect(outbox.size).toBe(2);
  });

  it('knows when all is done', async () => {
    const { broker, delivery } = setUp();
    delivery.connected();
    delivery.put(reading('1'));
    let isDrained = false;
    const drained = delivery.drained().then(() => {
      isDrained = true;
    });
    await settled();
    expect(isDrained).toBe(false);
    broker.asked[0]!.ack();
    await drained;
    expect(isDrained).toBe(true);
  });
});
