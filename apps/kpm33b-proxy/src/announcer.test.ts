import type { Outgoing } from '@meterbridge/core/store';
import { proxySettings } from '@meterbridge/kpm33b/config';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MeterAnnouncer } from './announcer.ts';
import { config } from './config.ts';

const proxy = proxySettings(config.parse({ mqtt: { url: 'mqtt://localhost' } }), 'homeassistant');
const idOf = (number: number): string => `33B12259${String(number).padStart(5, '0')}`;
let put: Outgoing[];
let rooms: number;
let named: string[];

const announcerOf = (isEnabled = true): MeterAnnouncer =>
  new MeterAnnouncer({
    proxy,
    isEnabled,
    put: (message) => put.push(message),
    onNew: (id) => named.push(id),
    onRoom: () => rooms++,
  });

beforeEach(() => {
  vi.useFakeTimers();
  put = [];
  rooms = 0;
  named = [];
});
afterEach(() => void vi.useRealTimers());

describe('the announcer', () => {
  it('announces a meter once, with 15 retained messages', () => {
    const announcer = announcerOf();
    for (const _ of [1, 2]) announcer.heard(idOf(1));
    expect(named).toEqual([idOf(1)]);
    expect(put).toHaveLength(15);
    expect(put.filter(({ retain, qos }) => retain && qos === 1)).toHaveLength(15);
  });

  it('announces nothing when it shall not', () => {
    const announcer = announcerOf(false);
    announcer.heard(idOf(1));
    announcer.again();
    vi.runAllTimers();
    expect(put).toEqual([]);
    expect(named).toEqual([idOf(1)]);
  });

  it('announces all meters again, some at a time', () => {
    const announcer = announcerOf();
    for (let number = 0; number < 50; number++) announcer.heard(idOf(number));
    put = [];
    announcer.again();
    expect(put).toHaveLength(20 * 15);
    vi.advanceTimersByTime(100);
    expect(put).toHaveLength(40 * 15);
    vi.runAllTimers();
    expect(put).toHaveLength(50 * 15);
  });

  it('is full while too much waits for the broker, and says when there is room', () => {
    const announcer = announcerOf();
    for (let number = 0; number < 200; number++) announcer.heard(idOf(number));
    expect(announcer.isFull).toBe(true);
    for (const { onKept } of put.slice(1)) onKept?.();
    vi.advanceTimersByTime(1_000);
    expect([announcer.isFull, rooms]).toEqual([true, 0]);
    put[0]?.onKept?.();
    expect([announcer.isFull, rooms]).toEqual([true, 0]);
    vi.runAllTimers();
    expect([announcer.isFull, rooms]).toEqual([false, 1]);
  });

  it('lets data pass when nothing gets through for long; its meters are announced before their data goes out', () => {
    const announcer = announcerOf();
    let kept = 0;
    const keepOne = (): void => put[kept++]?.onKept?.();
    for (let number = 0; number < 200; number++) announcer.heard(idOf(number));
    vi.advanceTimersByTime(9_000);
    keepOne();
    vi.advanceTimersByTime(9_000);
    expect([announcer.isFull, rooms]).toEqual([true, 0]);
    vi.advanceTimersByTime(1_000);
    expect([announcer.isFull, rooms]).toEqual([false, 1]);
    for (let number = 200; number < 300; number++) announcer.heard(idOf(number));
    expect(put).toHaveLength(200 * 15);

    keepOne();
    expect(announcer.isFull).toBe(true);
    while (put.length < 300 * 15) {
      keepOne();
      // 1,000 at most are under way at once: something always waits while a meter is not announced.
      expect(put.length - kept).toBeGreaterThan(1_500);
    }
    while (kept < put.length) keepOne();
    vi.advanceTimersByTime(10);
    expect([announcer.isFull, rooms]).toEqual([false, 2]);
  });

  it('lets data pass at once when it is told to', () => {
    const announcer = announcerOf();
    for (let number = 0; number < 200; number++) announcer.heard(idOf(number));
    announcer.letPass();
    expect([announcer.isFull, rooms]).toEqual([false, 1]);
    for (const { onKept } of put.slice()) onKept?.();
    announcer.letPass();
    announcer.heard(idOf(200));
    vi.advanceTimersByTime(10);
    expect(put).toHaveLength(201 * 15);
  });
});
