import { describe, expect, it } from 'vitest';
import { ControlRules } from './control.ts';

const HM = ['116100000001'];
const MI = ['104100000001', '116100000001'];
const MINUTE = 60_000;

describe('a command', () => {
  it.each([
    ['power_limit', '50', { kind: 'limit', percent: 50 }],
    ['power_limit', '2', { kind: 'limit', percent: 2 }],
    ['power_limit', '12.5', { kind: 'limit', percent: 12.5 }],
    ['power', 'ON', { kind: 'power', isOn: true }],
    ['power', 'OFF', { kind: 'power', isOn: false }],
    ['restart', 'PRESS', { kind: 'restart' }],
  ])('%s %s is understood', (key, text, order) => {
    expect(new ControlRules().judge({ key, text }, HM, 0)).toEqual(order);
  });

  it.each([
    ['power_limit', '1', HM, 'control/out-of-range'],
    ['power_limit', '101', HM, 'control/out-of-range'],
    ['power_limit', '9', MI, 'control/out-of-range'],
    ['power_limit', '', HM, 'control/out-of-range'],
    ['power_limit', '5e1', HM, 'control/out-of-range'],
    ['power', 'on', HM, 'control/refused'],
    ['restart', 'ON', HM, 'control/refused'],
    ['format', 'PRESS', HM, 'control/refused'],
  ])('%s "%s" is refused', (key, text, serials, code) => {
    expect(() => new ControlRules().judge({ key, text }, serials, 0)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('limits', () => {
  const limit = (text: string) => ({ key: 'power_limit', text });

  it('are written a minute apart at least', () => {
    const rules = new ControlRules();
    rules.done(rules.judge(limit('50'), HM, 0)!);
    expect(() => rules.judge(limit('60'), HM, MINUTE - 1)).toThrow('wear');
    expect(rules.judge(limit('60'), HM, MINUTE)).toEqual({ kind: 'limit', percent: 60 });
  });

  it('are not written again if they are the same', () => {
    const rules = new ControlRules();
    rules.done(rules.judge(limit('50'), HM, 0)!);
    expect(rules.judge(limit('50'), HM, 10 * MINUTE)).toBeNull();
  });

  it('are written again if the last one failed', () => {
    const rules = new ControlRules();
    rules.judge(limit('50'), HM, 0);
    expect(rules.judge(limit('50'), HM, MINUTE)).toEqual({ kind: 'limit', percent: 50 });
  });
});
