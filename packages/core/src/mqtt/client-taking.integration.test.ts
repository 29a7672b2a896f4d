import { type Broker, collect, hasRealBroker, startBroker } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startClient, type TestClient } from './client.fixture.ts';

interface Got {
  readonly payload: string;
  readonly taken: () => void;
}

describe.skipIf(!(await hasRealBroker()))('messages that are acknowledged when they are taken', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ real: true, config: ['max_inflight_messages 2'], persistence: true });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  function startTaker(clientId: string): { readonly taker: TestClient; readonly got: Got[] } {
    const got: Got[] = [];
    const taker = startClient(broker, { clientId, sessionExpiryS: 60, will: null });
    taker.client.subscribe(
      `${clientId}/in`,
      (_, payload, { taken }) => got.push({ payload: Buffer.from(payload).toString(), taken }),
      { acknowledge: 'when-taken' },
    );
    return { taker, got };
  }
  /** Behind a message of its own, the broker has heard its subscription, too. */
  async function listening({ client, reached }: TestClient): Promise<void> {
    await reached('connected');
    await client.publish({ topic: 'ready', payload: '', qos: 1, retain: false });
  }
  const patience = { timeout: 10_000 };
  const payloads = (got: readonly Got[]): readonly string[] => got.map(({ payload }) => payload);

  it('are held back by the broker until then', async () => {
    await using sender = await collect(broker, 'none');
    const { taker, got } = startTaker('hold');
    await using _ = taker;
    await listening(taker);
    for (const payload of ['1', '2', '3']) await sender.publish('hold/in', payload);
    await vi.waitFor(() => expect(payloads(got)).toEqual(['1', '2']), patience);
    got[1]!.taken();
    got[0]!.taken();
    await vi.waitFor(() => expect(payloads(got)).toEqual(['1', '2', '3']), patience);
    expect(taker.states).toEqual(['connected']);
  });

  it('come again after the receiver died, and those with them that were sent meanwhile', async () => {
    await using sender = await collect(broker, 'none');
    const first = startTaker('die');
    await listening(first.taker);
    for (const payload of ['1', '2']) await sender.publish('die/in', payload);
    await vi.waitFor(() => expect(first.got).toHaveLength(2), patience);
    first.got[0]!.taken();
    await first.taker.client.close();
    await sender.publish('die/in', '3');
    const second = startTaker('die');
    await using _ = second.taker;
    await vi.waitFor(() => expect(payloads(second.got)).toEqual(['2', '3']), patience);
    // What belongs to a connection that is gone is not said to another one.
    first.got[1]!.taken();
    expect(second.taker.states.length).toBeLessThanOrEqual(1);
  });

  it('come again after the broker was restarted', async () => {
    await using sender = await collect(broker, 'none');
    const { taker, got } = startTaker('restart');
    await using _ = taker;
    await listening(taker);
    await sender.publish('restart/in', '1');
    await vi.waitFor(() => expect(got).toHaveLength(1), patience);
    await broker.stop();
    await broker.start();
    await vi.waitFor(() => expect(payloads(got)).toEqual(['1', '1']), patience);
  });
});
