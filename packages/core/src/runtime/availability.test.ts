import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Meter } from '../model/index.ts';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '../mqtt/index.ts';
import { Availability } from './availability.ts';

const topics = topicsOf({
  base: 'm',
  app: 'a',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'h',
});
const meter: Meter = {
  id: 'main',
  type: 't',
  name: 'Main',
  uniqueId: '1',
  serialNumber: null,
  manufacturer: null,
  model: null,
  firmware: null,
  via: null,
  intervalMs: null,
};

let told: string[];
let availability: Availability;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  availability = new Availability(
    topics,
    ({ topic, payload }) => told.push(`${topic} ${payload}`),
    () => undefined,
  );
});
afterEach(() => {
  availability.close();
  vi.useRealTimers();
});

describe('availability', () => {
  it('tells a meter online with its first reading, and only then', () => {
    availability.seen(meter, 10_000);
    availability.seen(meter, 10_000);
    expect(told).toEqual(['m/t/main/availability online']);
  });

  it('removes what the broker keeps of a meter that is forgotten, unless another has its name', () => {
    availability.seen(meter, 10_000);
    availability.seen({ ...meter, uniqueId: '2' }, 10_000);
    told.length = 0;
    availability.forget(meter);
    expect(told).toEqual([]);
    availability.forget({ ...meter, uniqueId: '2' });
    expect(told).toEqual(['m/t/main/availability ']);
    expect(availability.states()).toEqual([]);
  });

  it('tells it offline when nothing came in time, and online when it is back', () => {
    availability.seen(meter, 10_000);
    vi.advanceTimersByTime(9_000);
    availability.seen(meter, 10_000);
    vi.advanceTimersByTime(9_000);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(3_000);
    availability.seen(meter, 10_000);
    expect(told).toEqual([
      'm/t/main/availability online',
      'm/t/main/availability offline',
      'm/t/main/availability online',
    ]);
  });

  it('tells it offline at once when its line is given up', () => {
    availability.seen(meter, 10_000);
    availability.lost(meter);
    availability.lost(meter);
    expect(told.slice(1)).toEqual(['m/t/main/availability offline']);
  });

  it('tells a meter offline that an earlier run had told online, if nothing of it comes in time', () => {
    availability.restore(meter, 10_000);
    availability.resend();
    vi.advanceTimersByTime(9_000);
    expect([told, availability.states()]).toEqual([[], []]);
    vi.advanceTimersByTime(3_000);
    expect(told).toEqual(['m/t/main/availability offline']);
    expect(availability.states()).toMatchObject([{ meter, online: false }]);
  });

  it('tells a meter of an earlier run online as soon as it is heard, and offline when it cannot be read', () => {
    const other = { ...meter, id: 'other', uniqueId: '2' };
    for (const one of [meter, other]) availability.restore(one, 10_000);
    availability.seen(meter, 10_000);
    availability.lost(other);
    expect(told).toEqual(['m/t/main/availability online', 'm/t/other/availability offline']);
  });

  it('has no more to tell of a meter of an earlier run when another device has its name', () => {
    availability.restore(meter, 10_000);
    availability.seen({ ...meter, uniqueId: '2' }, 60_000);
    vi.advanceTimersByTime(20_000);
    expect(told).toEqual(['m/t/main/availability online']);
  });

  it.each(['expires', 'is lost'])(
    'leaves a name online that another device has when the first one %s',
    (end) => {
      const other = { ...meter, uniqueId: '2' };
      availability.seen(meter, 10_000);
      availability.seen(other, 60_000);
      if (end === 'expires') vi.advanceTimersByTime(20_000);
      else availability.lost(meter);
      availability.resend();
      expect(told).toEqual(Array.from({ length: 3 }, () => 'm/t/main/availability online'));
      expect(availability.states()).toMatchObject([{ meter: other, online: true }]);
      availability.lost(other);
      expect(told.slice(3)).toEqual(['m/t/main/availability offline']);
    },
  );

  it('knows no more of a device that is gone when another one has its name', () => {
    availability.seen(meter, 10_000);
    availability.lost(meter);
    availability.seen({ ...meter, uniqueId: '2' }, 10_000);
    expect(availability.states()).toMatchObject([{ meter: { uniqueId: '2' }, online: true }]);
  });

  it('tells a meter online under its new name', () => {
    availability.seen(meter, 10_000);
    availability.seen({ ...meter, id: 'renamed' }, 10_000);
    expect(told).toEqual(['m/t/main/availability online', 'm/t/renamed/availability online']);
  });

  it('leaves a meter that was heard as it is when it is restored', () => {
    availability.seen(meter, 10_000);
    availability.restore(meter, 10_000);
    expect(availability.states()).toMatchObject([{ online: true }]);
  });

  it('tells everything again when asked', () => {
    availability.seen(meter, 10_000);
    availability.resend();
    expect(told).toEqual(['m/t/main/availability online', 'm/t/main/availability online']);
  });
});
