import { hasRealBroker, startBroker } from '@meterbridge/testing';
import { describe, expect, it, vi } from 'vitest';
import { startClient } from './client.fixture.ts';

describe.skipIf(!(await hasRealBroker()))('a client that only listens', () => {
  it('tells the broker that it is there, however much it hears', async () => {
    await using broker = await startBroker({ real: true });
    await using sender = startClient(broker, { clientId: 'sender', will: null });
    await sender.reached('connected');
    let heard = 0;
    const listener = startClient(broker, { clientId: 'listener', keepaliveS: 1, will: null });
    await using _ = listener;
    listener.client.subscribe('in', () => heard++);
    await listener.reached('connected');
    // With QoS 0 there is nothing that it would answer; after 1.5 s of silence Mosquitto ends the connection.
    const message = { topic: 'in', payload: 'x', qos: 0, retain: false } as const;
    const timer = setInterval(() => void sender.client.publish(message), 100);
    await vi.waitFor(() => expect(heard).toBeGreaterThan(50), { timeout: 15_000 });
    clearInterval(timer);
    expect(listener.states).toEqual(['connected']);
  });
});
