import { State } from '@meterbridge/core/store';
import { describe, expect, it } from 'vitest';
import { ControlRules, type Target } from './rules.ts';

const HM: Target = {
  serials: ['116100000001'],
  isAll: false,
  ratedPower: 1500,
  step: 1,
  isTemporary: false,
};
const MI: Target = { ...HM, serials: ['104100000001', '116100000001'], isAll: true, ratedPower: null };
const MINUTE = 60_000;

const newRules = (state = new State().space('test')) => new ControlRules(state);

describe('a command', () => {
  it.each([
    ['power_limit', '50', { kind: 'limit', percent: 50 }],
    ['power_limit', '2', { kind: 'limit', percent: 2 }],
    ['power_limit', '12.5', { kind: 'limit', percent: 12.5 }],
    ['power_limit_watts', '1500', { kind: 'limit', percent: 100 }],
    // Never more than was asked for.
    ['power_limit_watts', '100', { kind: 'limit', percent: 6 }],
    ['power', 'ON', { kind: 'power', isOn: true }],
    ['power', 'OFF', { kind: 'power', isOn: false }],
    ['restart', 'PRESS', { kind: 'restart' }],
    ['restart_dtu', 'PRESS', { kind: 'restart-dtu' }],
  ])('%s %s is understood', (key, text, order) => {
    expect(newRules().judge({ key, text }, HM, 0)).toEqual(order);
  });

  it('in watts uses the steps there are', () => {
    const watts = (text: string) =>
      newRules().judge({ key: 'power_limit_watts', text }, { ...HM, step: 0.1 }, 0);
    expect(watts('100')).toEqual({ kind: 'limit', percent: 6.6 });
    expect(watts('1499')).toEqual({ kind: 'limit', percent: 99.9 });
  });

  it.each([
    ['power_limit', '1', HM, 'control/out-of-range'],
    ['power_limit', '101', HM, 'control/out-of-range'],
    ['power_limit', '9', MI, 'control/out-of-range'],
    ['power_limit', '', HM, 'control/out-of-range'],
    ['power_limit', '5e1', HM, 'control/out-of-range'],
    ['power_limit_watts', '1501', HM, 'control/out-of-range'],
    ['power_limit_watts', '29', HM, 'control/out-of-range'],
    ['power_limit_watts', 'x', HM, 'control/out-of-range'],
    ['power_limit_watts', '500', MI, 'control/refused'],
    ['power', 'on', HM, 'control/refused'],
    ['restart', 'ON', HM, 'control/refused'],
    ['format', 'PRESS', HM, 'control/refused'],
  ] as const)('%s "%s" is refused', (key, text, target, code) => {
    expect(() => newRules().judge({ key, text }, target, 0)).toThrow(expect.objectContaining({ code }));
  });
});

it('a limit that is no number is named', () => {
  const judged = (): unknown => newRules().judge({ key: 'power_limit', text: '12.55' }, HM, 0);
  expect(judged).toThrow('"12.55" is no number with one decimal at most');
});

describe('limits', () => {
  const limit = (text: string) => ({ key: 'power_limit', text });

  it('are written a minute apart at least, each inverter by itself', () => {
    const rules = newRules();
    rules.done(rules.judge(limit('50'), HM, 0)!, HM);
    expect(() => rules.judge(limit('60'), HM, MINUTE - 1)).toThrow('wear');
    const other = { ...HM, serials: ['116100000002'] };
    expect(rules.judge(limit('60'), other, 1)).toEqual({ kind: 'limit', percent: 60 });
    const both = { ...HM, serials: ['116100000001', '116100000002'], isAll: true };
    expect(() => rules.judge(limit('70'), both, MINUTE)).toThrow('wear');
    expect(rules.judge(limit('60'), HM, MINUTE)).toEqual({ kind: 'limit', percent: 60 });
  });

  it('are not written again for ten minutes if they are the same; then somebody else may have set another', () => {
    const rules = newRules();
    rules.done(rules.judge(limit('50'), HM, 0)!, HM);
    expect(rules.judge(limit('50'), HM, 10 * MINUTE - 1)).toBeNull();
    expect(rules.judge(limit('50'), HM, 10 * MINUTE)).toEqual({ kind: 'limit', percent: 50 });
  });

  it('may be written at once if the one before did not reach the DTU', () => {
    const rules = newRules();
    rules.undone(rules.judge(limit('50'), HM, 0)!, HM);
    expect(rules.judge(limit('60'), HM, 1)).toEqual({ kind: 'limit', percent: 60 });
  });

  it('are written again if the last one failed', () => {
    const rules = newRules();
    rules.judge(limit('50'), HM, 0);
    expect(rules.judge(limit('50'), HM, MINUTE)).toEqual({ kind: 'limit', percent: 50 });
  });

  it('that are forgotten anyway may be set at any time', () => {
    const rules = newRules();
    const temporary = { ...HM, isAll: true, isTemporary: true };
    rules.done(rules.judge(limit('50'), temporary, 0)!, temporary);
    expect(rules.judge(limit('50'), temporary, 1)).toEqual({ kind: 'limit', percent: 50 });
    expect(rules.judge(limit('50'), HM, 2)).toEqual({ kind: 'limit', percent: 50 });
  });

  it('are a minute apart over a restart, too', () => {
    const state = new State().space('test');
    const rules = newRules(state);
    rules.done(rules.judge(limit('50'), HM, 0)!, HM);
    expect(() => newRules(state).judge(limit('60'), HM, MINUTE - 1)).toThrow('wear');
    expect(newRules(state).judge(limit('50'), HM, MINUTE)).toBeNull();
  });

  it('wait a minute at most when the clock is set back', () => {
    const rules = newRules();
    rules.done(rules.judge(limit('50'), HM, 60 * MINUTE)!, HM);
    expect(() => rules.judge(limit('60'), HM, MINUTE)).toThrow('in 60 s');
    expect(rules.judge(limit('60'), HM, 2 * MINUTE)).toEqual({ kind: 'limit', percent: 60 });
  });
});
