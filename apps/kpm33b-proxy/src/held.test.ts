import { beforeEach, describe, expect, it } from 'vitest';
import { Held } from './held.ts';

let taken: string[];
let held: Held;

function add(text: string, connection: number, topic = 'a'): void {
  held.add(topic, Buffer.from(text), () => taken.push(`${text} ${connection}`));
}

function takeAll(): readonly string[] {
  return held.takeAll().map((message) => {
    message.taken();
    return Buffer.from(message.payload).toString();
  });
}

beforeEach(() => {
  taken = [];
  held = new Held();
});

describe('messages that are held', () => {
  it('are given away once, in the order in which they came', () => {
    for (const text of ['1', '2', '2', '3']) add(text, 1);
    expect(takeAll()).toEqual(['1', '2', '2', '3']);
    expect(taken).toEqual(['1 1', '2 1', '2 1', '3 1']);
    expect(takeAll()).toEqual([]);
  });

  it('grow with no connection that breaks, and are acknowledged on the last one', () => {
    for (let connection = 0; connection < 100; connection++) {
      for (const text of ['1', '2', '2', '3']) add(text, connection);
      expect(held.size).toBe(4);
      held.disconnected();
    }
    for (const text of ['1', '2', '2', '3', '4']) add(text, 100);
    expect(takeAll()).toEqual(['1', '2', '2', '3', '4']);
    expect(taken).toEqual(['1 100', '2 100', '2 100', '3 100', '4 100']);
  });

  it('stay when they do not come again', () => {
    for (const text of ['1', '2']) add(text, 1);
    held.disconnected();
    add('2', 2);
    add('1', 2, 'other topic');
    expect(takeAll()).toEqual(['1', '2', '1']);
    expect(taken).toEqual(['1 1', '2 2', '1 2']);
  });

  it('are measured, as memory is finite', () => {
    const empty = held.bytes;
    for (let times = 0; times < 1_000; times++) add('x'.repeat(100), 1, String(times));
    expect(held.bytes).toBeGreaterThan(100_000);
    const before = held.bytes;
    held.disconnected();
    add('x'.repeat(100), 2, '0');
    expect(held.bytes).toBe(before);
    held.takeAll();
    expect([empty, held.bytes]).toEqual([0, 0]);
  });

  it('do not change with the buffer that they came in', () => {
    const buffer = Buffer.from('1');
    held.add('a', buffer, () => undefined);
    buffer.write('2');
    expect(takeAll()).toEqual(['1']);
  });
});
