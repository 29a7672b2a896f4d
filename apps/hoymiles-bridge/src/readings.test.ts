import { seededRandom } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { valuesOf } from './dtu.fixture.ts';
import { plantOfBlocks } from './meters/plant-of-blocks.ts';
import { PlantReadings, type PlantSettings } from './readings.ts';
import { silent } from './simulator/modbus-blocks.ts';
import { SimulatedPlant, usualInverters } from './simulator/plant.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTINGS: PlantSettings = {
  id: 'roof',
  timezone: 'UTC',
  resetHour: 0,
  intervalMs: 60_000,
  excluded: new Set(),
  rated: new Map(),
  inverterKeys: null,
  portKeys: null,
  multipliers: {},
  names: {},
  isMeterReversed: false,
};

function simulatedPlant(): SimulatedPlant {
  return new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(2),
    random: seededRandom(3),
  });
}

describe('readings of a year', () => {
  it('have totals that never fall, days that begin at 0, and nothing that grows', () => {
    const plant = simulatedPlant();
    const readings = new PlantReadings(SETTINGS);
    const random = seededRandom(9);
    const start = Date.UTC(2024, 0, 1);
    let [total, today] = [0, 0];
    let nights = 0;
    for (let ms = start; ms < start + 366 * DAY_MS; ms += HOUR_MS) {
      plant.offline.clear();
      if (random() < 0.1) plant.offline.add('116100000001');
      const [dtu] = readings.read(plantOfBlocks(plant.dtuSerial, plant.at(ms)), ms);
      const values = valuesOf(dtu!);
      if (ms > start + DAY_MS / 2) expect(values.total_production).toBeGreaterThanOrEqual(total);
      total = Number(values.total_production);
      if (ms % DAY_MS === 0) expect(values.today_production ?? 0).toBe(0);
      else expect(values.today_production ?? 0).toBeGreaterThanOrEqual(today);
      today = ms % DAY_MS === DAY_MS - HOUR_MS ? 0 : Number(values.today_production);
      if (values.state === 'asleep') nights++;
    }
    expect(nights).toBeGreaterThan(366 * 8);
    expect(Object.keys(readings.stored())).toHaveLength(8);
  });
});

describe('a plant', () => {
  it('has a total when that of each port is known', () => {
    const plant = simulatedPlant();
    const blocks = plant.at(Date.UTC(2024, 5, 10, 10));
    const [known, unknown] = [blocks.slice(0, 4), blocks.slice(4)];
    const unheard = unknown.map((block) => ({ ...block, total: 0, today: 0, linkStatus: 0, status: 0 }));
    const readings = new PlantReadings(SETTINGS);
    const noon = Date.UTC(2024, 5, 10, 10);
    const [before] = readings.read(plantOfBlocks('10f871600831', [...known, ...unheard]), noon);
    expect(valuesOf(before!).total_production).toBeNull();
    const [after] = readings.read(plantOfBlocks('10f871600831', blocks), noon);
    expect(valuesOf(after!).total_production).toBeGreaterThan(8_000);
  });

  it.each([1, 2])('tells nothing of port %i while zeros stand for it', (silentPort) => {
    const plant = simulatedPlant();
    const readings = new PlantReadings(SETTINGS);
    const noon = Date.UTC(2024, 5, 10, 12);
    const at = (ms: number) => plant.at(ms).slice(0, 4);
    readings.read(plantOfBlocks('10f871600831', at(noon - HOUR_MS)), noon - HOUR_MS);
    const known = valuesOf(readings.read(plantOfBlocks('10f871600831', at(noon)), noon)[1]!);
    const later = noon + 60_000;
    const blocks = at(later).map((block) => (block.port === silentPort ? silent(block) : block));
    const [dtu, inverter] = readings.read(plantOfBlocks('10f871600831', blocks), later);
    const values = valuesOf(inverter!);
    // Their sum would lack it.
    expect(values).toMatchObject({ state: 'producing', operating_status: 3, pv_power: null });
    expect(values.grid_voltage).toBeGreaterThan(200);
    expect(values).toMatchObject({
      [`port_${silentPort}_pv_voltage`]: null,
      [`port_${silentPort}_pv_power`]: null,
      [`port_${silentPort}_today_production`]: known[`port_${silentPort}_today_production`],
      [`port_${silentPort}_total_production`]: known[`port_${silentPort}_total_production`],
    });
    expect(values[`port_${3 - silentPort}_pv_power`]).toBeGreaterThan(100);
    expect(values[`port_${3 - silentPort}_today_production`]).toBeGreaterThan(
      Number(known[`port_${3 - silentPort}_today_production`]),
    );
    expect(valuesOf(dtu!).state).toBe('producing');
  });

  it.each([
    ['its second port has one', 2, { alarmCode: 210, status: 3 }, 'ON', 210, 'producing'],
    ['its second port says so', 2, { alarmCode: 0, status: 8 }, 'ON', 0, 'alarm'],
    // Linked, but without measurements.
    ['its first port has one and nothing else', 1, { alarmCode: 209, status: 0 }, 'ON', 209, 'producing'],
    ['nothing is wrong', 1, { alarmCode: 0, status: 3 }, 'OFF', 0, 'producing'],
    ['only a port that is not reached had one', 1, { alarmCode: 209, linkStatus: 0 }, 'OFF', 0, 'producing'],
  ] as const)('tells whether an inverter has an alarm if %s', (_what, port, told, flag, code, state) => {
    const noon = Date.UTC(2024, 5, 10, 12);
    const blocks = simulatedPlant().at(noon).slice(0, 4);
    const marked = blocks.map((block) => (block.port === port ? { ...block, ...told } : block));
    const [dtu, inverter] = new PlantReadings(SETTINGS).read(plantOfBlocks('10f871600831', marked), noon);
    expect(valuesOf(dtu!).alarm_flag).toBe(flag);
    expect(valuesOf(inverter!)).toMatchObject({ alarm_code: code, state });
  });

  it('does not count what is excluded, also if it was before', () => {
    const blocks = simulatedPlant().at(Date.UTC(2024, 5, 10, 10));
    const noon = Date.UTC(2024, 5, 10, 10);
    const all = new PlantReadings(SETTINGS);
    all.read(plantOfBlocks('10f871600831', blocks), noon);
    const excluded = new Set(['116100000001']);
    const some = new PlantReadings({ ...SETTINGS, excluded }, { ports: all.stored(), last: null });
    const [dtu, ...inverters] = some.read(plantOfBlocks('10f871600831', blocks), noon);
    expect(inverters.map(({ meter }) => meter.serialNumber)).toEqual(['116100000002']);
    expect(valuesOf(dtu!).total_production).toBe(valuesOf(inverters[0]!).total_production);
  });

  it.each([
    ['4143A0123456', '1412a0123456', ['4143a0123456', '1412a0123456']],
    // A Wi-Fi inverter and the DTU in it may have one serial number.
    ['1412A0123456', '1412a0123456', ['1412a0123456_dtu', '1412a0123456']],
    ['1999A0123456', '1999a0123456', ['1999a0123456_dtu', '1999a0123456']],
    ['1412A0123456', '1412a0000001', ['1412a0123456_dtu', '1412a0000001']],
    ['', '1412a0000001', ['roof', '1412a0000001']],
  ])('has an id of its own: DTU %s with inverter %s', (dtuSerial, serial, ids) => {
    const noon = Date.UTC(2024, 5, 10, 12);
    const [block] = simulatedPlant().at(noon);
    const readings = new PlantReadings(SETTINGS);
    const read = () =>
      readings.read(plantOfBlocks(dtuSerial, [{ ...block!, serial }]), noon).map(({ meter }) => meter);
    const meters = read();
    expect(meters.map(({ uniqueId }) => uniqueId)).toEqual(ids);
    expect(meters.map(({ serialNumber }) => serialNumber)).toEqual([dtuSerial || null, serial]);
    for (const [at, meter] of read().entries()) expect(meter).toBe(meters[at]);
  });

  it('takes the clock of its DTU only where it is right', () => {
    const readings = new PlantReadings(SETTINGS);
    const now = Date.UTC(2024, 5, 10, 10);
    const timeOf = (timeMs: number | null): number =>
      readings.read({ ...plantOfBlocks('10f871600831', []), timeMs }, now)[0]!.time.epochMs;
    expect(timeOf(now - 60_000)).toBe(now - 60_000);
    expect(timeOf(901_000)).toBe(now);
    expect(timeOf(null)).toBe(now);
  });
});
