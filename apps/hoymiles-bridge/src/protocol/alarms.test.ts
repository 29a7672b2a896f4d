import { describe, expect, it } from 'vitest';
import { alarmCodeOf, alarmText } from './alarms.ts';

describe('an alarm', () => {
  it.each([
    [217, '114100000001', 'PV 2 input overvoltage'],
    [217, '138200000001', 'PV 5 no input'],
    [209, '138200000001', 'PV 1 no input'],
    [212, '116100000001', 'PV 4 no input'],
    [5014, '104100000001', 'PV 4 MOSFET overcurrent'],
    [999, '114100000001', 'unknown alarm 999'],
  ])('%i of %s means "%s"', (code, serial, text) => {
    expect(alarmText(code, serial)).toBe(text);
  });

  it.each([
    [0x20d9, { code: 217, status: 0, isStartPm: true, isEndPm: false }],
    [0x707c, { code: 124, status: 1, isStartPm: true, isEndPm: true }],
    [0x8001, { code: 1, status: 2, isStartPm: false, isEndPm: false }],
    [0x012d, { code: 301, status: 0, isStartPm: false, isEndPm: false }],
    [5100, { code: 5100, status: 0, isStartPm: false, isEndPm: false }],
  ])('%i holds a code and its status', (raw, want) => {
    expect(alarmCodeOf(raw, '116100000001')).toEqual(want);
  });

  it('that could be of two kinds is one of MI inverters for those only', () => {
    expect(alarmCodeOf(8320, '104100000001')).toMatchObject({ code: 8320 });
    expect(alarmCodeOf(8320, '116100000001')).toMatchObject({ code: 128, status: 0, isStartPm: true });
  });
});
