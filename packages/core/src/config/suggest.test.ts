import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainUnknown } from './suggest.ts';

const KNOWN = ['url', 'username', 'password', 'base_topic', 'keepalive', 'qos'];

describe('an unknown key', () => {
  it.each([
    ['usrname', 'username'],
    ['usernmae', 'username'],
    ['Password', 'password'],
    ['base-topic', 'base_topic'],
    ['baseTopic', 'base_topic'],
    ['keep_alive', 'keepalive'],
    ['uri', 'url'],
    ['qso', 'qos'],
  ])('%s is taken for %s', (key, name) => {
    expect(explainUnknown(key, KNOWN)).toBe(`is not a key; did you mean "${name}"?`);
  });

  it('that is like none is answered with all of them', () => {
    expect(explainUnknown('retention', ['url', 'qos'])).toBe('is not a key; must be one of url, qos');
    expect(explainUnknown('x', [])).toBe('is not a key');
  });

  it('that lacks the space behind its colon is recognised', () => {
    expect(explainUnknown('qos:1', KNOWN)).toBe('is not a key; there must be a space behind the colon');
  });

  it('is found whichever letter is wrong', () => {
    const name = fc.constantFrom('username', 'password', 'keepalive');
    fc.assert(
      fc.property(name, fc.nat(7), fc.constantFrom('x', ''), (wanted, at, letter) => {
        const key = wanted.slice(0, at) + letter + wanted.slice(at + 1);
        expect(explainUnknown(key, KNOWN)).toContain(`"${wanted}"`);
      }),
    );
  });
});
