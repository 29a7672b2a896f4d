import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Message } from '../mqtt/index.ts';
import { State } from '../store/state.ts';
import { Removals } from './removals.ts';

function removalsOf(space = new State().space('removals')) {
  const sent: { readonly message: Message; readonly done: (error?: BridgeError) => void }[] = [];
  const client = {
    connected: false,
    send: (message: Message, done: (error?: BridgeError) => void) => void sent.push({ message, done }),
  };
  const removals = new Removals(space, client);
  const connect = () => {
    client.connected = true;
    removals.connected();
  };
  const taken = () =>
    sent.splice(0).map(({ message: { topic, payload }, done }) => ({ topic, payload, done }));
  return { client, connect, removals, space, taken };
}

describe('removals', () => {
  it('wait for the broker, and are told until it has confirmed them', () => {
    const { client, connect, removals, space, taken } = removalsOf();
    removals.add('a');
    expect(taken()).toEqual([]);
    connect();
    const [first] = taken();
    expect(first).toMatchObject({ topic: 'a', payload: '' });
    client.connected = false;
    first!.done(new BridgeError('mqtt/lost', 'gone'));
    expect(space.keys()).toEqual(['a']);
    const restarted = removalsOf(space);
    restarted.connect();
    restarted.taken()[0]!.done();
    expect(space.keys()).toEqual([]);
  });

  it('are over when the broker refuses them', () => {
    const { connect, removals, space, taken } = removalsOf();
    connect();
    removals.add('a');
    taken()[0]!.done(new BridgeError('mqtt/not-authorized', 'no'));
    expect(space.keys()).toEqual([]);
  });

  it('are cancelled where something is on the topic again, but orders are not', () => {
    const { connect, removals, taken } = removalsOf();
    removals.add('a');
    removals.add('b', '{"order":1}');
    removals.cancel('a');
    removals.cancel('b');
    connect();
    expect(taken()).toMatchObject([{ topic: 'b', payload: '{"order":1}' }]);
  });

  it('are not over when what was confirmed is an older order', () => {
    const { connect, removals, space, taken } = removalsOf();
    connect();
    removals.add('a', '{"order":1}');
    const [first] = taken();
    removals.add('a');
    first!.done();
    expect(space.get('a')).toBe('');
  });
});
