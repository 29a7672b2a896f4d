import { describe, expect, it } from 'vitest';
import { localDay } from './local-day.ts';
import { type PortEnergy, ProductionCache } from './production.ts';

const AMSTERDAM = { timezone: 'Europe/Amsterdam', resetHour: 0 };
const NOON = Date.UTC(2024, 5, 10, 10);
const MINUTE = 60_000;
const port = (told: Partial<PortEnergy>): PortEnergy => ({
  serial: '114100000002',
  port: 1,
  today: 500,
  total: 10_500,
  isLive: true,
  ...told,
});

describe('the total of a port', () => {
  it('never falls', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    expect(cache.update(port({ total: 0, today: 0 }), NOON + MINUTE).total).toBe(10_500);
    expect(cache.update(port({ total: 10_499 }), NOON + 2 * MINUTE).total).toBe(10_500);
  });

  it('rises at once as far as the sun allows', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    expect(cache.update(port({ total: 10_500 + 118 }), NOON + MINUTE).total).toBe(10_618);
    expect(cache.takeDoubts()).toEqual([]);
  });

  it('is held back when it jumps, and forgotten when it comes back', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    expect(cache.update(port({ total: 99_000 }), NOON + MINUTE).total).toBe(10_500);
    expect(cache.update(port({ total: 10_505 }), NOON + 2 * MINUTE).total).toBe(10_505);
    expect(cache.update(port({ total: 99_000 }), NOON + 3 * MINUTE).total).toBe(10_505);
    const doubt = 'port 114100000002/1: total_production went from';
    expect(cache.takeDoubts()).toEqual([`${doubt} 10500 to 99000 Wh`, `${doubt} 10505 to 99000 Wh`]);
    expect(cache.takeDoubts()).toEqual([]);
  });

  it('is believed when a second reading confirms the jump', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    cache.update(port({ total: 99_000 }), NOON + MINUTE);
    expect(cache.update(port({ total: 99_004 }), NOON + 2 * MINUTE).total).toBe(99_004);
  });

  it('is not believed when two jumps lead to different places', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    cache.update(port({ total: 99_000 }), NOON + MINUTE);
    expect(cache.update(port({ total: 4_000_000_000 }), NOON + 2 * MINUTE).total).toBe(10_500);
  });

  it('is judged by itself, and so is the energy of today', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    expect(cache.update(port({ total: 99_000, today: 505 }), NOON + MINUTE)).toEqual({
      today: 505,
      total: 10_500,
    });
    expect(cache.update(port({ today: 510 }), NOON + 2 * MINUTE).today).toBe(510);
    expect(cache.update(port({ today: 60_000 }), NOON + 3 * MINUTE).today).toBe(510);
    expect(cache.update(port({ today: 511 }), NOON + 3 * MINUTE).today).toBe(511);
    cache.update(port({ today: 60_000 }), NOON + 4 * MINUTE);
    expect(cache.update(port({ today: 60_001 }), NOON + 5 * MINUTE).today).toBe(60_001);
  });

  it('has risen since the inverter told it, not since its DTU repeated it', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    for (let minute = 1; minute <= 60; minute++) {
      const told = port({ isLive: false, today: minute % 2 === 0 ? 500 : 0 });
      expect(cache.update(told, NOON + minute * MINUTE)).toEqual({ today: 500, total: 10_500 });
    }
    const back = cache.update(port({ today: 800, total: 10_800 }), NOON + 61 * MINUTE);
    expect(back).toEqual({ today: 800, total: 10_800 });
  });

  it('is unknown as long as an inverter was never reached', () => {
    const cache = new ProductionCache(AMSTERDAM);
    expect(cache.update(port({ total: 0, today: 0, isLive: false }), NOON)).toEqual({
      today: null,
      total: null,
    });
    expect(cache.sum(NOON)).toEqual({ today: null, total: null });
  });
});

describe('today of a port', () => {
  it('does not take what a DTU goes on telling of yesterday', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({ today: 4_000, total: 14_000 }), Date.UTC(2024, 5, 10, 19));
    const dawn = Date.UTC(2024, 5, 11, 4);
    expect(cache.update(port({ today: 4_000, total: 14_000 }), dawn).today).toBe(0);
    expect(cache.update(port({ today: 1, total: 14_001 }), dawn + MINUTE).today).toBe(1);
  });

  it('begins at 0 also for a port that is not told any more', () => {
    const cache = new ProductionCache(AMSTERDAM);
    cache.update(port({}), NOON);
    expect(cache.sum(NOON + 86_400_000)).toEqual({ today: 0, total: 10_500 });
    expect(cache.sum(NOON + 86_400_000)).toEqual({ today: 0, total: 10_500 });
  });

  it('goes on after a restart', () => {
    const before = new ProductionCache(AMSTERDAM);
    before.update(port({}), NOON);
    const after = new ProductionCache(AMSTERDAM, JSON.parse(JSON.stringify(before.stored())));
    expect(after.update(port({ today: 0, total: 0 }), NOON + MINUTE)).toEqual({ today: 500, total: 10_500 });
  });
});

describe('the day', () => {
  // 2024-03-31 02:00 to 03:00 does not exist in Amsterdam, 2024-10-27 02:00 to 03:00 comes twice.
  it.each([
    ['just before midnight', AMSTERDAM, Date.UTC(2024, 5, 10, 21, 59, 59), '2024-06-10'],
    ['from midnight on', AMSTERDAM, Date.UTC(2024, 5, 10, 22), '2024-06-11'],
    [
      'before a reset hour of 23',
      { ...AMSTERDAM, resetHour: 23 },
      Date.UTC(2024, 5, 10, 20, 59),
      '2024-06-09',
    ],
    ['from a reset hour of 23 on', { ...AMSTERDAM, resetHour: 23 }, Date.UTC(2024, 5, 10, 21), '2024-06-10'],
    [
      'before an hour that is left out',
      { ...AMSTERDAM, resetHour: 2 },
      Date.UTC(2024, 2, 31, 0, 59),
      '2024-03-30',
    ],
    [
      'behind an hour that is left out',
      { ...AMSTERDAM, resetHour: 2 },
      Date.UTC(2024, 2, 31, 1),
      '2024-03-31',
    ],
    [
      'in an hour that comes twice',
      { ...AMSTERDAM, resetHour: 2 },
      Date.UTC(2024, 9, 27, 0, 30),
      '2024-10-27',
    ],
    ['in its second coming', { ...AMSTERDAM, resetHour: 2 }, Date.UTC(2024, 9, 27, 1, 30), '2024-10-27'],
    ['of New Year', AMSTERDAM, Date.UTC(2024, 11, 31, 23), '2025-01-01'],
    [
      'half an hour off',
      { timezone: 'Asia/Kolkata', resetHour: 0 },
      Date.UTC(2024, 5, 10, 18, 30),
      '2024-06-11',
    ],
  ])('is known %s', (_when, settings, ms, day) => {
    expect(localDay(settings)(ms)).toBe(day);
  });

  it('has a reset each day of a year, whatever the hour', () => {
    for (const resetHour of [0, 1, 2, 3, 23]) {
      const day = localDay({ timezone: 'Europe/Amsterdam', resetHour });
      const days = new Set<string>();
      for (let ms = Date.UTC(2024, 0, 1, 12); ms < Date.UTC(2025, 0, 1, 12); ms += 1_800_000)
        days.add(day(ms));
      expect(days.size).toBe(367);
    }
  });
});
