import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../codec/index.ts';
import { house as meter } from '../model/house.fixture.ts';
import type { Measurement, Reading } from '../model/index.ts';
import { State, type StateSpace } from '../store/index.ts';
import { CounterGuard } from './counter-guard.ts';
import { mostPerHour, USUAL_LIMITS } from './counter-limits.ts';

const energy: Measurement = {
  key: 'energy',
  name: 'Energy',
  unit: 'kWh',
  deviceClass: 'energy',
  stateClass: 'total_increasing',
};
const voltage: Measurement = { key: 'voltage', name: 'Voltage', unit: 'V', stateClass: 'measurement' };
const monthly: Measurement = { ...energy, key: 'monthly', stateClass: 'total' };
const today: Measurement = { ...energy, key: 'today', resets: true };

type Told = Readonly<Record<string, string>>;
const hidden: Measurement = { ...energy, key: 'hidden' };
const MEASUREMENTS = new Map([energy, voltage, monthly, today, hidden].map((one) => [one.key, one]));

const spaceOf = (): StateSpace => new State().space('counters');

function guardOf({ space = spaceOf(), enabled = true } = {}) {
  const events: string[] = [];
  let now = 1e12;
  const guard = new CounterGuard({
    space,
    limitsOf: () => ({ ...USUAL_LIMITS, enabled }),
    isPublished: (_, key) => key !== 'hidden',
    onEvent: ({ code, message }) => events.push(`${code} ${message}`),
    wall: () => now,
    monotonic: () => now - 1e12,
  });
  const readingOf = (told: Told, unchanged = false): Reading => ({
    meter,
    time: { epochMs: now, offsetMinutes: 0 },
    values: Object.entries(told).map(([key, text]) => ({
      measurement: MEASUREMENTS.get(key)!,
      value: Decimal.parse(text),
    })),
    ...(unchanged && { unchanged }),
  });
  /** What passes of a reading a second after the last one. */
  const passed = (told: Told, unchanged = false) => {
    now += 1000;
    const { values } = guard.apply(readingOf(told, unchanged));
    return Object.fromEntries(
      values.map(({ measurement, value }) => [measurement.key, value === null ? null : String(value)]),
    );
  };
  return { guard, events, passed, readingOf, sleep: (ms: number) => (now += ms) };
}

describe('the counter guard', () => {
  it('gives back the same reading when nothing is wrong', () => {
    const { guard, readingOf } = guardOf();
    const reading = readingOf({ energy: '4512.345', voltage: '230.0' });
    expect(guard.apply(reading)).toBe(reading);
    expect(guard.apply(reading)).toBe(reading);
  });

  it('holds back one bogus 0 and nothing else, counts it and tells it', () => {
    const { guard, events, passed } = guardOf();
    passed({ energy: '4512.345', voltage: '230.0' });
    expect(passed({ energy: '0.000', voltage: '0.0' })).toEqual({ energy: null, voltage: '0.0' });
    expect(guard.held.map(({ message }) => message)).toEqual([
      'main: energy went from 4512.345 to 0.000 kWh',
    ]);
    expect(passed({ energy: '4512.346', voltage: '230.0' })).toEqual({
      energy: '4512.346',
      voltage: '230.0',
    });
    expect(guard.held).toEqual([]);
    expect(guard.countsOf(meter)).toEqual(new Map([['energy', 1]]));
    expect(events).toEqual(['counter/held main: energy went from 4512.345 to 0.000 kWh']);
  });

  it('holds a value back for as long as the meter only repeats it', () => {
    const { guard, passed } = guardOf();
    passed({ energy: '4512.345' });
    passed({ energy: '7.000' });
    expect(passed({ energy: '7.000' }, true)).toEqual({ energy: null });
    expect(passed({ energy: '7.000' }, true)).toEqual({ energy: null });
    expect(passed({ energy: '7.001' })).toEqual({ energy: '7.001' });
    expect(guard.countsOf(meter)).toEqual(new Map([['energy', 1]]));
  });

  it('tells when an exchanged meter is believed', () => {
    const { events, passed } = guardOf();
    passed({ energy: '4512.345' });
    passed({ energy: '0.003' });
    expect(passed({ energy: '0.004' })).toEqual({ energy: '0.004' });
    expect(events.map((event) => event.split(' ')[0])).toEqual(['counter/held', 'counter/confirmed']);
  });

  it('lets totals fall that may, and is silent about those that begin anew every day', () => {
    const { guard, events, passed } = guardOf();
    passed({ monthly: '300', today: '12.5' });
    expect(passed({ monthly: '0', today: '0.0' })).toEqual({ monthly: '0', today: null });
    expect(guard.held).toEqual([]);
    expect(passed({ monthly: '0', today: '0.1' })).toEqual({ monthly: '0', today: '0.1' });
    expect([events, guard.countsOf(meter).size]).toEqual([[], 0]);
  });

  it('is silent about what is not published', () => {
    const { guard, events, passed } = guardOf();
    passed({ hidden: '12.5' });
    passed({ hidden: '0.0' });
    expect([events, guard.held, guard.countsOf(meter).size]).toEqual([[], [], 0]);
  });

  it('remembers over a restart, also what it held back', () => {
    const space = spaceOf();
    const first = guardOf({ space });
    first.passed({ energy: '4512.345' });
    first.guard.keep();
    const second = guardOf({ space });
    expect(second.passed({ energy: '0.000' })).toEqual({ energy: null });
    const third = guardOf({ space });
    expect(third.passed({ energy: '0.001' })).toEqual({ energy: '0.001' });
    third.guard.forget(meter);
    expect(guardOf({ space }).passed({ energy: '0.000' })).toEqual({ energy: '0.000' });
  });

  it('passes the same whenever it is restarted', () => {
    const values = fc.array(fc.oneof(fc.nat({ max: 99_999 }), fc.constant(0)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(values, fc.nat(), (mantissas, where) => {
        const texts = mantissas.map((mantissa) => new Decimal(mantissa, 3).toString());
        const run = (restartAt: number) => {
          const space = spaceOf();
          let one = guardOf({ space });
          return texts.map((text, n) => {
            if (n === restartAt) {
              one.guard.keep();
              one = guardOf({ space });
              one.sleep(n * 1000);
            }
            return one.passed({ energy: text });
          });
        };
        expect(run(where % texts.length)).toEqual(run(-1));
      }),
    );
  });

  it.each([
    [null],
    [[]],
    ['x'],
    [{ energy: 7 }],
    [{ energy: { value: 'x', wall: 0, meter: 0 } }],
    [{ energy: { value: '5000', wall: null, meter: 0, unit: 'kWh' } }],
  ])('begins anew with a record that cannot be read: %j', (record) => {
    const space = spaceOf();
    space.set('dsmr/E1', record);
    expect(guardOf({ space }).passed({ energy: '1.0' })).toEqual({ energy: '1.0' });
  });

  it('begins anew with another unit', () => {
    const { guard, passed, readingOf } = guardOf();
    passed({ energy: '4512.345' });
    const { values, ...rest } = readingOf({ energy: '4.512' });
    const inMwh = { ...rest, values: [{ measurement: { ...energy, unit: 'MWh' }, value: values[0]!.value }] };
    expect(guard.apply(inMwh)).toBe(inMwh);
  });

  it('does nothing when it is switched off', () => {
    const { passed } = guardOf({ enabled: false });
    passed({ energy: '4512.345' });
    expect(passed({ energy: '0' })).toEqual({ energy: '0' });
  });
});

describe('the limit of a total', () => {
  it.each([
    ['kWh', 100],
    ['MWh', 0.1],
    ['GJ', 0.36],
    ['m³', 100],
    ['L', 100_000],
    ['h', 1.1],
    ['pulses', Number.POSITIVE_INFINITY],
    [null, Number.POSITIVE_INFINITY],
  ])('in %s', (unit, limit) => {
    expect(mostPerHour(unit, USUAL_LIMITS)).toBeCloseTo(limit, 9);
  });
});
