import { describe, expect, it } from 'vitest';
import { message } from './client.fixture.ts';
import type { Cause, Ending } from './ending.ts';
import { refuseUnsent, Suspicion } from './refusal.ts';

const ending = (cause: Cause): Ending => ({ stage: 'open', cause, openMs: 10 });
const closed = ending({ kind: 'closed' });
const poison = message('test/poison');
const others = [message('test/1'), message('test/2')];

describe('message that would end the connection', () => {
  it('is one larger than the broker takes, to the byte', () => {
    // 1 header byte, 1 length byte, 2 + 1 topic, 2 packet identifier, 1 properties, 10 payload
    const small = message('a', 'x'.repeat(10));
    expect(refuseUnsent(small, 18)).toBeNull();
    expect(refuseUnsent(small, 17)).toMatchObject({ code: 'mqtt/not-authorized', facts: { reason: 0x95 } });
    const large = message('a', 'x'.repeat(200), { qos: 0 });
    expect(refuseUnsent(large, 1 + 2 + 3 + 1 + 200)).toBeNull();
    expect(refuseUnsent(large, 1 + 2 + 3 + 1 + 199)).not.toBeNull();
  });

  it('is never refused for its size where the broker names no limit', () => {
    expect(refuseUnsent(message('a', 'x'.repeat(1_000_000)))).toBeNull();
  });
});

describe('search for the message over which a broker hangs up', () => {
  it('sends one at a time after the second end, and refuses the one that was alone three times', () => {
    const suspicion = new Suspicion();
    suspicion.ended(closed, [...others, poison], 5);
    expect(suspicion.isOneByOne).toBe(false);
    suspicion.ended(closed, [...others, poison], 5);
    expect(suspicion.isOneByOne).toBe(true);
    for (let i = 0; i < 3; i++) {
      expect(suspicion.refuse(poison)).toBeNull();
      suspicion.ended(closed, [poison], 5);
    }
    expect(suspicion.refuse(others[0]!)).toBeNull();
    expect(suspicion.refuse({ ...poison })).toMatchObject({ code: 'mqtt/not-authorized' });
    expect(suspicion.isOneByOne).toBe(false);
    expect(suspicion.refuse(poison)).toBeNull();
  });

  it.each<[string, Ending, number]>([
    ['the broker shut down', ending({ kind: 'dismissed', reason: 0x8b }), 5],
    ['another client took the id', ending({ kind: 'dismissed', reason: 0x8e }), 5],
    ['the broker was silent', ending({ kind: 'silent', what: '' }), 5],
    ['the broker had the message for long', closed, 5_000],
  ])('blames no message when %s', (_, end, sinceSentMs) => {
    const suspicion = new Suspicion();
    for (let i = 0; i < 10; i++) suspicion.ended(end, [poison], sinceSentMs);
    expect(suspicion.isOneByOne).toBe(false);
    expect(suspicion.refuse(poison)).toBeNull();
  });

  it('blames a message when the broker names a reason that is about messages', () => {
    const suspicion = new Suspicion();
    for (let i = 0; i < 3; i++) suspicion.ended(ending({ kind: 'dismissed', reason: 0x95 }), [poison], 5);
    expect(suspicion.refuse(poison)).not.toBeNull();
  });

  it('forgets when a connection ends without a message under way', () => {
    const suspicion = new Suspicion();
    suspicion.ended(closed, [poison], 5);
    suspicion.ended(closed, [poison], 5);
    suspicion.ended(closed, [], 5);
    expect(suspicion.isOneByOne).toBe(false);
  });
});
