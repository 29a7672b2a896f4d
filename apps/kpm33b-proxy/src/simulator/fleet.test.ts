import { seededRandom } from '@meterbridge/core/codec';
import { MessageConverter } from '@meterbridge/kpm33b';
import { proxySettings } from '@meterbridge/kpm33b/config';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { readText } from '../text.ts';
import { deviceId, FLEET_FAULTS, Fleet, type FleetFault } from './fleet.ts';

const CLOCK_MS = Date.UTC(2026, 0, 12, 16, 39);
const settings = proxySettings(config.parse({ mqtt: { url: 'mqtt://localhost' } }), 'homeassistant');
const fleetOf = (meters: number, faults: readonly FleetFault[] = FLEET_FAULTS) =>
  new Fleet({ meters, faults: new Set(faults), random: seededRandom(1) });

describe('a simulated fleet', () => {
  it('has serial numbers as real meters have', () => {
    expect([0, 27, 10_000, 110_000, 120_000].map(deviceId)).toEqual([
      '33B122515' + '0000',
      '33B122515' + '0027',
      '33B122525' + '0000',
      '33B1225C5' + '0000',
      '33B122615' + '0000',
    ]);
  });

  it('sends messages of the size and the tags of real ones', () => {
    const fleet = fleetOf(1, []);
    const [seconds] = fleet.upload(0, 'seconds', CLOCK_MS);
    const [minutes] = fleet.upload(0, 'minutes', CLOCK_MS);
    expect(Object.keys(JSON.parse(seconds!.payload))).toEqual(
      'id ia ib ic ua ub uc uab ubc uca pa pb pc zyggl qa qb qc zwggl sa sb sc zszgl pfa pfb pfc zglys f uxja uxjb uxjc ixja ixjb ixjc unb inb pdm qdm sdm iadm ibdm icdm time isend'.split(
        ' ',
      ),
    );
    expect(seconds!.payload).toMatch(/^\{"id":"33B1225150000","ia":\d+\.\d{3},/);
    expect(seconds!.payload).toMatch(/,"time":"20260112163900","isend":"1"\}$/);
    expect(Math.abs(seconds!.payload.length - 584)).toBeLessThan(15);
    expect(minutes!.payload.length).toBeLessThan(285);
  });

  it('shows the quirks of real meters, which the proxy sorts out', () => {
    const fleet = fleetOf(10);
    const converter = new MessageConverter(settings, readText);
    const dropped = new Map<string | null, number>();
    for (const number of fleet.ids.keys()) {
      for (const { topic, payload } of fleet.upload(number, 'seconds', CLOCK_MS)) {
        const reason = converter.convert(topic, Buffer.from(payload))?.dropped ?? null;
        dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(dropped)).toEqual({ null: 10, duplicate: 7, 'zero-values': 17 });
  });

  it('has clocks that are right, have lost their date, or are slow, also if it is small', () => {
    const fleet = fleetOf(3);
    const times = [0, 1, 2].map(
      (number) => JSON.parse(fleet.upload(number, 'seconds', CLOCK_MS)[0]!.payload).time,
    );
    expect(times).toEqual(['20260112163900', '20050113163900', '20260112163449']);
  });

  it('has counters that never run backwards', () => {
    const fleet = fleetOf(1, []);
    const totals = Array.from({ length: 50 }, (_, minute) => {
      const [message] = fleet.upload(0, 'minutes', CLOCK_MS + 60_000 * minute);
      return JSON.parse(message!.payload).zygsz;
    });
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    expect(totals.at(-1)).toBeGreaterThan(totals[0]);
  });

  it('is the same for the same seed', () => {
    expect(fleetOf(3).upload(1, 'seconds', CLOCK_MS)).toEqual(fleetOf(3).upload(1, 'seconds', CLOCK_MS));
  });
});
