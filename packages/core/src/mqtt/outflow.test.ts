import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { message } from './client.fixture.ts';
import type { Message } from './message.ts';
import { Outflow } from './outflow.ts';

const lost = new BridgeError('mqtt/lost', 'gone');

function startOutflow(limit: number) {
  const underWay: { readonly message: Message; readonly done: (refused?: BridgeError) => void }[] = [];
  const outflow = new Outflow(
    () => limit,
    (sent, done) => underWay.push({ message: sent, done }),
  );
  return { outflow, underWay };
}

function added(outflow: Outflow, topic: string): Promise<void> {
  return new Promise((resolve, reject) =>
    outflow.add(message(topic), (error) => (error ? reject(error) : resolve())),
  );
}

describe('messages of one connection', () => {
  it('go out in order, never more at once than the broker takes, and all settle', async () => {
    const acknowledgements = fc.array(fc.nat(10), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), acknowledgements, async (limit, picks) => {
        const { outflow, underWay } = startOutflow(limit);
        const sent: string[] = [];
        const topics = picks.map((_, i) => `${i}`);
        const all = Promise.all(topics.map((topic) => added(outflow, topic)));
        const seen = new Set<string>();
        for (const pick of picks) {
          for (const {
            message: { topic },
          } of underWay)
            if (!seen.has(topic)) sent.push(topic);
          for (const topic of sent) seen.add(topic);
          expect(underWay.length).toBeLessThanOrEqual(limit);
          underWay.splice(pick % underWay.length, 1)[0]?.done();
        }
        await all;
        expect(sent).toEqual(topics);
        expect(outflow.isIdle).toBe(true);
        await outflow.idle();
      }),
    );
  });

  it('are all rejected at the end of the connection, which tells those that were sent', async () => {
    const { outflow, underWay } = startOutflow(2);
    const all = ['a', 'b', 'c'].map((topic) => added(outflow, topic));
    const idle = outflow.idle();
    expect(outflow.end(lost).map(({ topic }) => topic)).toEqual(['a', 'b']);
    for (const publication of all) await expect(publication).rejects.toBe(lost);
    await idle;
    for (const { done } of underWay) done();
    expect(underWay).toHaveLength(2);
  });

  it('are refused one by one', async () => {
    const { outflow, underWay } = startOutflow(1);
    const refused = new BridgeError('mqtt/not-authorized', 'no');
    const [first, second] = [added(outflow, 'a'), added(outflow, 'b')];
    underWay[0]?.done(refused);
    underWay[1]?.done();
    await expect(first).rejects.toBe(refused);
    await second;
  });
});
