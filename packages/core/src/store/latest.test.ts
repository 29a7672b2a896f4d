import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatestMessages } from './latest.ts';
import type { Outgoing } from './outgoing.ts';

const state = (topic: string, payload: string): Outgoing => {
  return { topic, payload, qos: 1, retain: true, backlogTopic: null };
};

describe('the latest messages', () => {
  it.each([true, false])('leave in the order of the topics, each once (keepsPlace: %s)', (keepsPlace) => {
    const action = fc.oneof(
      fc.record({ put: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.constantFrom('take', 'back', 'drop'),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const messages = new LatestMessages({ keepsPlace });
        let waiting: Outgoing[] = [];
        const taken: Outgoing[] = [];
        for (const [at, one] of actions.entries()) {
          if (typeof one === 'object') {
            const message = state(one.put, String(at));
            const place = waiting.findIndex(({ topic }) => topic === one.put);
            messages.put(message);
            if (place >= 0 && keepsPlace) waiting[place] = message;
            else waiting = [...waiting.filter(({ topic }) => topic !== one.put), message];
          } else if (one === 'take') {
            const message = messages.take();
            expect(message).toBe(waiting.shift() ?? null);
            if (message) taken.push(message);
          } else if (one === 'back') {
            const message = taken.pop();
            if (!message) continue;
            messages.back(message);
            if (!waiting.some(({ topic }) => topic === message.topic)) waiting.push(message);
          } else {
            messages.dropOldest();
            waiting.shift();
          }
          expect(messages.waiting).toBe(waiting.length);
        }
      }),
    );
  });
});
