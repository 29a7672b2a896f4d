import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scheduleOf, type Timetable } from './schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The times at which a meter is read that takes `readMs`. */
function runsOf(timetable: Timetable, start: string, spanMs: number, readMs = 100): readonly string[] {
  vi.setSystemTime(new Date(start));
  const endMs = Date.now() + spanMs;
  const schedule = scheduleOf(timetable);
  const runs: string[] = [];
  for (;;) {
    const remainingMs = Math.max(0, schedule.dueMs() - performance.now());
    vi.advanceTimersByTime(remainingMs);
    if (Date.now() >= endMs) return runs;
    if (remainingMs > 0) continue;
    runs.push(new Date().toISOString().slice(11, 19));
    vi.advanceTimersByTime(readMs);
    schedule.done();
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a schedule', () => {
  it('by interval starts at once and keeps its pace', () => {
    expect(runsOf({ interval: 10_000 }, '2026-01-31T12:00:03Z', 31_000)).toEqual([
      '12:00:03',
      '12:00:13',
      '12:00:23',
      '12:00:33',
    ]);
  });

  it('by interval leaves out what is missed, and does not catch up', () => {
    expect(runsOf({ interval: 10_000 }, '2026-01-31T12:00:00Z', 50_000, 14_000)).toEqual([
      '12:00:00',
      '12:00:20',
      '12:00:40',
    ]);
  });

  it('by cron starts at once, then follows the clock', () => {
    const timetable = { interval: HOUR, cron: '59 * * * *' };
    expect(runsOf(timetable, '2026-01-31T12:07:00Z', 3 * HOUR)).toEqual([
      '12:07:00',
      '12:59:00',
      '13:59:00',
      '14:59:00',
    ]);
  });

  it.each([
    // 02:30 does not exist on the day the clocks go forward: it is 03:00 then.
    ['2026-03-28T12:00:00Z', ['12:00:00', '01:00:00', '00:30:00']],
    // The day they go back has it twice: the first one counts.
    ['2026-10-24T12:00:00Z', ['12:00:00', '00:30:00', '01:30:00']],
  ])('by cron means the wall clock of its time zone, from %s', (start, runs) => {
    const timetable = { interval: HOUR, cron: '30 2 * * *', timezone: 'Europe/Amsterdam' };
    expect(runsOf(timetable, start, 48 * HOUR)).toEqual(runs);
  });

  it.each([
    ['59 * * * *', HOUR],
    ['0 6,18 * * *', 12 * HOUR],
    ['*/5 8-9 * * *', 22 * HOUR + 5 * MINUTE],
  ])('knows that %s leaves %i ms between readings at most', (cron, gapMs) => {
    vi.setSystemTime(new Date('2026-01-31T12:00:00Z'));
    expect(scheduleOf({ interval: 1, cron, timezone: 'UTC' }).intervalMs).toBe(gapMs);
  });

  it('by cron takes a clock that is set for what it shows', () => {
    vi.setSystemTime(new Date('2026-01-31T12:07:00Z'));
    const schedule = scheduleOf({ interval: HOUR, cron: '59 * * * *', timezone: 'UTC' });
    schedule.done();
    const remainingMs = (): number => schedule.dueMs() - performance.now();
    expect(remainingMs()).toBeGreaterThan(0);
    // A day back: the next 59th minute is near all the same.
    vi.setSystemTime(new Date('2026-01-30T12:58:59Z'));
    expect(remainingMs()).toBe(1_000);
    // A day forward, past what was due: it is due.
    vi.setSystemTime(new Date('2026-02-01T03:00:00Z'));
    expect(remainingMs()).toBeLessThan(0);
  });
});
