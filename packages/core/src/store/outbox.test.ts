import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { Outbox } from './outbox.ts';
import type { Outgoing } from './outgoing.ts';

const reading = (topic: string, payload: string): Outgoing => {
  return { topic, payload, qos: 1, retain: true, backlogTopic: `${topic}/backlog` };
};
const state = (topic: string, payload: string): Outgoing => {
  return { topic, payload, qos: 1, retain: true, backlogTopic: null };
};
const value = (topic: string, payload: string): Outgoing => ({ ...state(topic, payload), isValue: true });
const outboxOf = (maxMessages: number, maxBytes = 1e9): Outbox =>
  new Outbox({ maxMessages, maxBytes, maxAgeMs: 1e9 });
const told = ({ topic, payload }: Outgoing): string => `${topic} ${payload}`;

function takeAll(outbox: Outbox): readonly string[] {
  const all: string[] = [];
  for (let message = outbox.take(); message; message = outbox.take()) {
    all.push(told(message));
    outbox.done(message);
  }
  return all;
}

describe('outbox', () => {
  it('gives readings in the order they came', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2', '3']) outbox.put(reading('a', payload));
    expect(takeAll(outbox)).toEqual(['a 1', 'a 2', 'a 3']);
    expect(outbox.size).toBe(0);
  });

  it('keeps only the latest of what is not a reading', () => {
    const outbox = outboxOf(10);
    outbox.put(state('a', '1'));
    outbox.put(state('b', '1'));
    outbox.put(state('a', '2'));
    expect(takeAll(outbox)).toEqual(['b 1', 'a 2']);
  });

  it('sends the newest of each topic first after a break, and the rest late, in order', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2', '3']) {
      outbox.put(reading('a', payload));
      outbox.put(reading('b', payload));
    }
    outbox.reconnected();
    expect(outbox.waitingTopics()).toEqual(new Set(['a', 'b']));
    expect(outbox.take()).toMatchObject({ topic: 'a', payload: '3', retain: true });
    expect(outbox.take()).toMatchObject({ topic: 'b', payload: '3', retain: true });
    expect(outbox.take()).toMatchObject({ topic: 'a/backlog', payload: '1', retain: false });
    expect(takeAll(outbox)).toEqual(['b/backlog 1', 'a/backlog 2', 'b/backlog 2']);
  });

  it('leaves what is late already where it is after a second break', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2']) outbox.put(reading('a', payload));
    outbox.reconnected();
    outbox.put(reading('a', '3'));
    outbox.reconnected();
    expect(takeAll(outbox)).toEqual(['a 3', 'a/backlog 1', 'a/backlog 2']);
  });

  it('lets every reading and every single value through a link that is too slow for all values', () => {
    const outbox = outboxOf(1_000);
    const sent: Outgoing[] = [];
    for (let second = 0; second < 120; second++) {
      outbox.put(reading('meter', String(second)));
      for (let key = 0; key < 40; key++) outbox.put(value(`meter/${key}`, String(second)));
      for (let turn = 0; turn < 33; turn++) {
        const message = outbox.take()!;
        sent.push(message);
        outbox.done(message);
      }
    }
    const readings = sent.filter(({ backlogTopic }) => backlogTopic !== null);
    expect(readings.map(({ payload }) => Number(payload))).toEqual(
      Array.from({ length: 120 }, (_, at) => at),
    );
    const values = sent.filter(({ isValue }) => isValue);
    for (let key = 0; key < 40; key++) {
      const last = values.findLast(({ topic }) => topic === `meter/${key}`);
      expect(Number(last?.payload)).toBeGreaterThanOrEqual(117);
    }
  });

  it('gives states before single values and readings', () => {
    const outbox = outboxOf(10);
    outbox.put(reading('a', '1'));
    outbox.put(value('a/x', '1'));
    outbox.put(state('a/availability', 'online'));
    expect(outbox.take()).toMatchObject({ topic: 'a/availability' });
  });

  it('puts what did not get through back in its place', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2', '3', '4']) outbox.put(reading('a', payload));
    const underWay = [outbox.take()!, outbox.take()!, outbox.take()!];
    for (const message of underWay) outbox.back(message);
    expect(outbox.size).toBe(4);
    expect(takeAll(outbox)).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('does not put a state back over a newer one', () => {
    const outbox = outboxOf(10);
    outbox.put(state('a', 'old'));
    const old = outbox.take()!;
    outbox.put(state('a', 'new'));
    outbox.back(old);
    expect(takeAll(outbox)).toEqual(['a new']);
  });

  it('drops the oldest readings beyond its bound, and counts them', () => {
    const outbox = outboxOf(3);
    for (const payload of ['1', '2', '3', '4', '5']) outbox.put(reading('a', payload));
    expect(outbox.dropped).toBe(2);
    expect(takeAll(outbox)).toEqual(['a 3', 'a 4', 'a 5']);
  });

  it('drops the oldest readings beyond its size, too', () => {
    const outbox = outboxOf(1_000, 10_000);
    for (let turn = 0; turn < 100; turn++) outbox.put(reading('a', 'x'.repeat(1_000)));
    expect(outbox.size).toBeLessThan(10);
    expect(outbox.dropped).toBe(100 - outbox.size);
  });

  it('sends what is new before what is late', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2', '3']) outbox.put(reading('a', payload));
    outbox.reconnected();
    outbox.put(reading('a', '4'));
    expect(takeAll(outbox)).toEqual(['a 3', 'a 4', 'a/backlog 1', 'a/backlog 2']);
  });

  it('takes nothing for live once a newer one got through', () => {
    const outbox = outboxOf(10);
    for (const payload of ['1', '2']) outbox.put(reading('a', payload));
    const [first, second] = [outbox.take()!, outbox.take()!];
    outbox.done(second);
    outbox.back(first);
    outbox.reconnected();
    expect(outbox.waitingTopics()).toEqual(new Set());
    expect(takeAll(outbox)).toEqual(['a/backlog 1']);
  });

  it('lets go of what the broker refused', () => {
    const outbox = outboxOf(10);
    outbox.put(reading('a', '1'));
    outbox.refused(outbox.take()!, new BridgeError('mqtt/not-authorized', 'no'));
    expect([outbox.size, outbox.take()]).toEqual([0, null]);
  });

  it('stays bounded whatever comes', () => {
    const outbox = outboxOf(100);
    for (let turn = 0; turn < 10_000; turn++) {
      outbox.put(turn % 3 === 0 ? state(`s${turn % 500}`, '') : reading(`r${turn % 7}`, String(turn)));
      if (turn % 5 === 0) outbox.take();
      if (turn % 1000 === 0) outbox.reconnected();
    }
    expect(outbox.size).toBeLessThanOrEqual(2 * 100 + 2_000);
    expect(outbox.dropped).toBeGreaterThan(0);
  });

  it('keeps the order of messages that have no other topic for late ones, over every break', () => {
    const outbox = outboxOf(10);
    const put = (payload: string): void => outbox.put({ ...reading('a', payload), backlogTopic: 'a' });
    for (const payload of ['1', '2', '3']) put(payload);
    outbox.reconnected();
    const first = outbox.take()!;
    outbox.back(first);
    outbox.reconnected();
    put('4');
    expect(outbox.waitingTopics()).toEqual(new Set());
    expect(takeAll(outbox)).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('tells once that a message is kept: when it was delivered, refused or dropped', () => {
    const outbox = outboxOf(2);
    const kept: string[] = [];
    const put = (payload: string): void =>
      outbox.put({ ...reading('a', payload), onKept: () => kept.push(payload) });
    for (const payload of ['1', '2', '3']) put(payload);
    expect(kept).toEqual(['1']);
    outbox.reconnected();
    const [newest, late] = [outbox.take()!, outbox.take()!];
    expect(kept).toEqual(['1']);
    outbox.done(newest);
    outbox.refused(late, new BridgeError('mqtt/not-authorized', 'no'));
    expect(kept).toEqual(['1', '3', '2']);
  });

  it('tells once that a message of which only the latest counts has left: delivered, replaced or dropped', () => {
    const outbox = outboxOf(2);
    const left: string[] = [];
    const put = (topic: string, payload: string): void =>
      outbox.put({ ...state(topic, payload), onKept: () => left.push(`${topic}${payload}`) });
    put('a', '1');
    const sent = outbox.take()!;
    put('a', '2');
    expect(left).toEqual([]);
    outbox.back(sent);
    put('a', '3');
    put('b', '1');
    put('c', '1');
    expect(left).toEqual(['a1', 'a2', 'a3']);
    outbox.done(outbox.take()!);
    expect(left).toEqual(['a1', 'a2', 'a3', 'b1']);
  });
});
