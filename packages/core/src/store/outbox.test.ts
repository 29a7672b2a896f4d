import { describe, expect, it } from 'vitest';
import { MemoryOutbox, type Outgoing } from './outbox.ts';

const reading = (topic: string, payload: string): Outgoing => {
  return { topic, payload, qos: 1, retain: true, backlogTopic: `${topic}/backlog` };
};
const state = (topic: string, payload: string): Outgoing => {
  return { topic, payload, qos: 1, retain: true, backlogTopic: null };
};
const told = ({ topic, payload }: Outgoing): string => `${topic} ${payload}`;

function takeAll(outbox: MemoryOutbox): readonly string[] {
  const all: string[] = [];
  for (let message = outbox.take(); message; message = outbox.take()) {
    all.push(told(message));
    outbox.done(message);
  }
  return all;
}

describe('outbox', () => {
  it('gives readings in the order they came', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    for (const payload of ['1', '2', '3']) outbox.put(reading('a', payload));
    expect(takeAll(outbox)).toEqual(['a 1', 'a 2', 'a 3']);
    expect(outbox.size).toBe(0);
  });

  it('keeps only the latest of what is not a reading', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    outbox.put(state('a', '1'));
    outbox.put(state('b', '1'));
    outbox.put(state('a', '2'));
    expect(takeAll(outbox)).toEqual(['b 1', 'a 2']);
  });

  it('sends the newest of each topic first after a break, and the rest late, in order', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    for (const payload of ['1', '2', '3']) {
      outbox.put(reading('a', payload));
      outbox.put(reading('b', payload));
    }
    outbox.reconnected();
    expect(outbox.waitingTopics()).toEqual(new Set(['a', 'b', 'a/backlog', 'b/backlog']));
    expect(outbox.take()).toMatchObject({ topic: 'a', payload: '3', retain: true });
    expect(outbox.take()).toMatchObject({ topic: 'b', payload: '3', retain: true });
    expect(outbox.take()).toMatchObject({ topic: 'a/backlog', payload: '1', retain: false });
    expect(takeAll(outbox)).toEqual(['b/backlog 1', 'a/backlog 2', 'b/backlog 2']);
  });

  it('leaves what is late already where it is after a second break', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    for (const payload of ['1', '2']) outbox.put(reading('a', payload));
    outbox.reconnected();
    outbox.put(reading('a', '3'));
    outbox.reconnected();
    expect(takeAll(outbox)).toEqual(['a 3', 'a/backlog 1', 'a/backlog 2']);
  });

  it('puts what did not get through back in its place', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    for (const payload of ['1', '2', '3', '4']) outbox.put(reading('a', payload));
    const underWay = [outbox.take()!, outbox.take()!, outbox.take()!];
    for (const message of underWay) outbox.back(message);
    expect(outbox.size).toBe(4);
    expect(takeAll(outbox)).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('does not put a state back over a newer one', () => {
    const outbox = new MemoryOutbox({ maxMessages: 10 });
    outbox.put(state('a', 'old'));
    const old = outbox.take()!;
    outbox.put(state('a', 'new'));
    outbox.back(old);
    expect(takeAll(outbox)).toEqual(['a new']);
  });

  it('drops the oldest readings beyond its bound, and counts them', () => {
    const outbox = new MemoryOutbox({ maxMessages: 3 });
    for (const payload of ['1', '2', '3', '4', '5']) outbox.put(reading('a', payload));
    expect(outbox.dropped).toBe(2);
    expect(takeAll(outbox)).toEqual(['a 3', 'a 4', 'a 5']);
  });

  it('stays bounded whatever comes', () => {
    const outbox = new MemoryOutbox({ maxMessages: 100 });
    for (let turn = 0; turn < 10_000; turn++) {
      outbox.put(turn % 3 === 0 ? state(`s${turn % 500}`, '') : reading(`r${turn % 7}`, String(turn)));
      if (turn % 5 === 0) outbox.take();
      if (turn % 1000 === 0) outbox.reconnected();
    }
    expect(outbox.size).toBeLessThanOrEqual(100 + 2_000);
    expect(outbox.dropped).toBeGreaterThan(0);
  });
});
