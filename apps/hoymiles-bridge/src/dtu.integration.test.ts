import { bytesOf, hexOf } from '@meterbridge/core/codec';
import type { Reading } from '@meterbridge/core/model';
import { State } from '@meterbridge/core/store';
import { freePort } from '@meterbridge/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  contextOf,
  dtuOf,
  entryOf,
  LOCAL,
  MORNING,
  NIGHT,
  readingOf,
  simulatedDtu,
  valuesOf,
} from './dtu.fixture.ts';
import { SessionKey } from './session-key.ts';
import { usualInverters } from './simulator/plant.ts';

const KEY = bytesOf('f5480938516c557e347bc49c672b6af1');
const OTHER_KEY = bytesOf('00112233445566778899aabbccddeeff');

// The clock of days and energies; sockets and time-outs go on in real time.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: MORNING });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a DTU on Modbus', () => {
  it('tells its plant, its inverters and their ports', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const readings = await dtuOf(context).read(context);
    expect(readings.map(({ meter }) => meter.id)).toEqual(['roof', 'roof_116100000001', 'roof_116100000002']);
    expect(readings[1]!.meter).toMatchObject({ via: { id: 'roof' }, model: 'HM-1000/1200/1500' });
    const plant = readingOf(readings, 'roof');
    expect(plant).toMatchObject({ state: 'producing', alarm_flag: 'OFF', today_production: 0 });
    const inverter = readingOf(readings, 'roof_116100000001');
    const ports = [1, 2, 3, 4].map((port) => Number(inverter[`port_${port}_pv_power`]));
    expect(ports.every((watts) => watts > 200)).toBe(true);
    expect(inverter.pv_power).toBeCloseTo(
      ports.reduce((sum, watts) => sum + watts, 0),
      6,
    );
    expect(inverter).toMatchObject({ operating_status: 3, alarm_text: 'none', link_status: 1 });
  });

  it('of 40 ports is read in 8 round trips, and then in 7', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, inverters: usualInverters(10) });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const reader = dtuOf(context);
    expect(await reader.read(context)).toHaveLength(11);
    expect(dtu.requests).toHaveLength(8);
    await reader.read(context);
    expect(dtu.requests).toHaveLength(15);
    expect(dtu.connections).toBe(1);
  });

  it('that refuses long reads is asked for one port at a time from then on, also after a restart', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, faults: ['narrow'] });
    const state = new State().space('roof');
    const entry = entryOf({ port: dtu.modbusPort, protocol: 'modbus' });
    const { context } = contextOf(entry, state);
    await dtuOf(context).read(context);
    // Serial number, one that is refused, eight ports and the end of the list.
    expect(dtu.requests).toHaveLength(11);
    await dtuOf(contextOf(entry, state).context).read(context);
    expect(dtu.requests).toHaveLength(11 + 10);
  });

  it.each(['byte', 'word', 'newer'] as const)('is read with %s addressing', async (addressing) => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, inverters: usualInverters(3), addressing });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus', addressing }));
    const reader = dtuOf(context);
    const [plant, ...inverters] = await reader.read(context);
    expect(inverters.map(({ meter }) => meter.serialNumber)).toEqual(
      dtu.plant.inverters.map((one) => one.serial),
    );
    expect(Number(valuesOf(plant!).total_production)).toBeGreaterThan(12_000);
    expect(valuesOf(inverters[2]!)).toMatchObject({
      state: 'producing',
      alarm_code: addressing === 'newer' ? null : 0,
    });
    // Serial number, and two or three reads for twelve ports and the end of the list.
    expect(dtu.requests).toHaveLength(4);
  });

  it('that is busy is asked again', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, faults: ['busy'] });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const reader = dtuOf(context);
    for (let turn = 0; turn < 5; turn++) expect(await reader.read(context)).toHaveLength(3);
    expect(dtu.requests.length).toBeGreaterThan(1 + 5 * 2);
  });

  it.each(['byte-count', 'stale', 'long', 'twins', 'split'] as const)(
    'is read in spite of %s',
    async (fault) => {
      await using dtu = await simulatedDtu({ modbus: LOCAL, faults: [fault] });
      const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
      const reader = dtuOf(context);
      for (let turn = 0; turn < 5; turn++) expect(await reader.read(context)).toHaveLength(3);
    },
  );

  it('is read through a transparent serial server', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, framing: 'rtu-over-tcp' });
    const keys = { port: dtu.modbusPort, protocol: 'modbus', framing: 'rtu-over-tcp', unit: 126 };
    const { context } = contextOf(entryOf(keys));
    expect(await dtuOf(context).read(context)).toHaveLength(3);
  });

  it('keeps its energies when inverters tell zeros or are not reached', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const reader = dtuOf(context);
    await reader.read(context);
    const later = MORNING + 3_600_000;
    dtu.clock.ms = later;
    vi.setSystemTime(later);
    const before = readingOf(await reader.read(context), 'roof');
    expect(Number(before.today_production)).toBeGreaterThan(1);
    dtu.plant.offline.add('116100000001');
    const readings = await reader.read(context);
    expect(readingOf(readings, 'roof')).toMatchObject({
      today_production: before.today_production,
      total_production: before.total_production,
    });
    expect(readingOf(readings, 'roof_116100000001')).toMatchObject({
      state: 'offline',
      grid_voltage: null,
      port_1_pv_power: null,
    });
  });

  it('sleeps at night with all its energies, and begins a new day at 0', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const keys = { port: dtu.modbusPort, protocol: 'modbus', timezone: 'UTC' };
    const { context } = contextOf(entryOf(keys));
    const reader = dtuOf(context);
    await reader.read(context);
    const at = async (ms: number) => {
      dtu.clock.ms = ms;
      vi.setSystemTime(ms);
      return readingOf(await reader.read(context), 'roof');
    };
    const evening = await at(MORNING + 9 * 3_600_000);
    expect(Number(evening.today_production)).toBeGreaterThan(1);
    expect(await at(NIGHT)).toMatchObject({
      state: 'asleep',
      pv_power: 0,
      today_production: evening.today_production,
    });
    expect(await at(NIGHT + 3 * 3_600_000)).toMatchObject({
      state: 'asleep',
      pv_power: 0,
      today_production: 0,
    });
  });

  it('goes on with its day after a restart of the bridge', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const state = new State().space('roof');
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }), state);
    const first = dtuOf(context);
    await first.read(context);
    dtu.clock.ms += 3_600_000;
    vi.setSystemTime(dtu.clock.ms);
    const before = readingOf(await first.read(context), 'roof');
    await first.close();
    for (const { serial } of dtu.plant.inverters) dtu.plant.offline.add(serial);
    const after = readingOf(await dtuOf(context).read(context), 'roof');
    expect(after).toMatchObject({
      today_production: before.today_production,
      total_production: before.total_production,
    });
  });

  it('that is replaced by another one takes its energies with it', async () => {
    const state = new State().space('roof');
    const total = async (dtuSerial: string, series: string) => {
      await using dtu = await simulatedDtu({
        modbus: LOCAL,
        dtuSerial,
        inverters: usualInverters(1, series),
      });
      const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }), state);
      const readings = await dtuOf(context).read(context);
      const [plant, inverter] = readings.map((one) => valuesOf(one).total_production);
      expect(plant).toBe(inverter);
    };
    await total('10f871600831', '1161');
    await total('10f871600832', '1141');
  });

  it('has the decimals of its currents by serial numbers in whatever case', async () => {
    const inverters = [{ serial: '1041a0000001', ports: 1 }];
    await using dtu = await simulatedDtu({ modbus: LOCAL, inverters });
    const amperesWith = async (keys: object): Promise<number> => {
      const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus', ...keys }));
      const inverter = readingOf(await dtuOf(context).read(context), 'roof_1041a0000001');
      return Number(inverter.port_1_pv_current);
    };
    // Some 280 W at 34 V, and a tenth of that current.
    expect(await amperesWith({})).toBeGreaterThan(5);
    expect(await amperesWith({ pv_current_decimals: { '1041A0000001': 2 } })).toBeLessThan(2);
  });

  it('tells alarms in words', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    dtu.plant.raiseAlarm('116100000002', 209);
    const { context } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const readings = await dtuOf(context).read(context);
    expect(readingOf(readings, 'roof')).toMatchObject({ alarm_flag: 'ON' });
    expect(readingOf(readings, 'roof_116100000002')).toMatchObject({
      state: 'alarm',
      alarm_code: 209,
      alarm_text: 'PV 1 no input',
      alarm_count: 1,
    });
  });

  it('leaves out what the configuration says', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const { context } = contextOf(
      entryOf({
        port: dtu.modbusPort,
        protocol: 'modbus',
        exclude_inverters: ['116100000002'],
        inverter_entities: ['temperature'],
        port_entities: ['pv_power'],
        value_multipliers: { temperature: 2 },
        entity_friendly_names: { temperature: 'Heat', pv_power: 'Sun' },
      }),
    );
    const readings = await dtuOf(context).read(context);
    expect(readings.map(({ meter }) => meter.id)).toEqual(['roof', 'roof_116100000001']);
    const [plant, inverter] = readings;
    expect(inverter!.values.map(({ measurement }) => [measurement.key, measurement.name])).toEqual([
      ['temperature', 'Heat'],
      ['port_1_pv_power', 'Port 1 Sun'],
      ['port_2_pv_power', 'Port 2 Sun'],
      ['port_3_pv_power', 'Port 3 Sun'],
      ['port_4_pv_power', 'Port 4 Sun'],
    ]);
    expect(readingOf(readings, 'roof_116100000001').temperature).toBe(74.6);
    const watts = [1, 2, 3, 4].map((port) =>
      Number(readingOf(readings, inverter!.meter.id)[`port_${port}_pv_power`]),
    );
    expect(readingOf([plant!], 'roof').pv_power).toBeCloseTo(
      watts.reduce((sum, one) => sum + one, 0),
      6,
    );
  });

  it('that has not found its inverters yet leaves things as they were', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL, faults: ['not-ready'], seed: 4 });
    const { context, reports } = contextOf(entryOf({ port: dtu.modbusPort, protocol: 'modbus' }));
    const reader = dtuOf(context);
    const counts: number[] = [];
    for (let turn = 0; turn < 12; turn++) counts.push((await reader.read(context)).length);
    expect(new Set(counts)).toEqual(new Set([0, 3]));
    expect(new Set(reports)).toEqual(new Set(['meter/not-ready']));
  });
});

describe('a DTU on protobuf', () => {
  it.each([
    ['in the clear', null],
    ['encrypted', KEY],
  ])('tells its plant %s, page by page', async (_how, encRand) => {
    await using dtu = await simulatedDtu({
      protobuf: LOCAL,
      inverters: usualInverters(5),
      perPage: 2,
      encRand,
    });
    const { context, errors } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    const readings = await reader.read(context);
    expect(readings).toHaveLength(6);
    expect(readings[0]!.meter).toMatchObject({ firmware: 'V01.01.01', serialNumber: '10f871600831' });
    expect(readings[0]!.time.epochMs).toBe(MORNING);
    expect(readingOf(readings, 'roof_116100000005')).toMatchObject({ state: 'producing', power_limit: 100 });
    expect(dtu.actions).toEqual([33, 50]);
    await reader.read(context);
    expect(dtu.connections).toBe(1);
    expect(errors).toEqual([]);
  });

  it('shows nobody the key that its frames hold', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, encRand: KEY });
    const { context, frames } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    await dtuOf(context).read(context);
    expect(frames.length).toBeGreaterThan(2);
    expect(frames.filter((frame) => frame.includes(hexOf(KEY)))).toEqual([]);
  });

  it('that was restarted is read on with its new key', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, encRand: KEY });
    const { context, reports } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    await reader.read(context);
    await dtu.restart(OTHER_KEY);
    expect(await reader.read(context)).toHaveLength(3);
    // That a DTU hangs up between two readings is no news.
    expect(reports).toEqual([]);
    expect(dtu.actions.filter((action) => action === 33)).toHaveLength(2);
  });

  it('takes a command over a new connection if it has closed the one there was', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, encRand: KEY });
    const keys = { port: dtu.protobufPort, protocol: 'protobuf', control: { enabled: true } };
    const { context } = contextOf(entryOf(keys));
    const reader = dtuOf(context);
    const [{ meter }] = (await reader.read(context)) as [Reading];
    await dtu.restart(KEY);
    const told: string[] = [];
    const command = { meter, key: 'power_limit', text: '50', tell: (state: string) => told.push(state) };
    await reader.command(context, command);
    expect(told).toContain('accepted');
    expect([...dtu.plant.limits.values()]).toEqual([50, 50]);
  });

  it('is asked as often as its protocol allows, once that is known', async () => {
    await using dtu = await simulatedDtu({ modbus: LOCAL });
    const { context } = contextOf(entryOf({ port: dtu.modbusPort }));
    const reader = dtuOf(context);
    expect([reader.isKnown, reader.intervalMs]).toEqual([false, 35_000]);
    await reader.read(context);
    expect([reader.isKnown, reader.intervalMs]).toEqual([true, 60_000]);
  });

  it('is restarted for another key before its numbers are used up', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, encRand: KEY });
    const state = new State().space('roof');
    const used = new SessionKey(0, state);
    used.take(KEY);
    for (let count = 0; count < 65_000; count++) used.next();
    const { context, reports } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }), state);
    const reader = dtuOf(context);
    expect(await reader.read(context)).toHaveLength(3);
    expect(dtu.actions.at(-1)).toBe(1);
    expect(reports).toEqual(['meter/key-spent']);
    expect(await reader.read(context)).toHaveLength(3);
    expect(state.get('session')).toMatchObject({ used: 2 });
  });

  it('that tells the same for minutes is not believed, until it tells something else', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: ['frozen'] });
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    for (let minute = 0; minute < 10; minute++) {
      vi.setSystemTime(MORNING + 60_000 * minute);
      expect(await reader.read(context)).toHaveLength(3);
    }
    vi.setSystemTime(MORNING + 600_000);
    await expect(reader.read(context)).rejects.toMatchObject({ code: 'meter/frozen' });
  });

  it('is left alone while it uploads to the cloud', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL });
    const { context, waited } = contextOf(
      entryOf({ port: dtu.protobufPort, protocol: 'protobuf', cloud: true }),
    );
    const reader = dtuOf(context);
    vi.setSystemTime(MORNING + 289_000);
    expect(await reader.read(context)).toHaveLength(3);
    await vi.waitFor(() => expect(dtu.clients).toBe(0), 5_000);
    vi.setSystemTime(MORNING + 319_000);
    expect(await reader.read(context)).toHaveLength(3);
    expect(waited).toEqual([1_000]);
    expect(dtu.connections).toBe(2);
    await reader.close();
  });

  it.each(['stale', 'split', 'old-alarms', 'refuses'] as const)('is read in spite of %s', async (fault) => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: [fault] });
    dtu.plant.raiseAlarm('116100000001', 209);
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const readings = await dtuOf(context).read(context);
    expect(readings).toHaveLength(3);
    expect(readingOf(readings, 'roof_116100000001')).toMatchObject({
      alarm_code: fault === 'refuses' ? null : 209,
    });
  });

  it('never takes an answer for that of another connection', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: ['late'], encRand: KEY, seed: 2 });
    const { context, errors } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    let read = 0;
    for (let turn = 0; turn < 12; turn++) {
      dtu.clock.ms += 60_000;
      vi.setSystemTime(dtu.clock.ms);
      const readings = await reader.read(context).catch(() => []);
      if (readings.length > 0) read++;
      for (const { time } of readings) expect(time.epochMs).toBe(dtu.clock.ms);
    }
    expect(read).toBeGreaterThan(3);
    expect(dtu.connections).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });

  it('tells three phases, and the meter behind it', async () => {
    const inverters = usualInverters(1, '1361');
    await using dtu = await simulatedDtu({ protobuf: LOCAL, inverters, hasMeter: true });
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const readings = await dtuOf(context).read(context);
    const inverter = readingOf(readings, 'roof_136100000001');
    expect(inverter.grid_voltage_l1).toBeGreaterThan(220);
    expect(inverter.grid_voltage_l1_l2).toBeGreaterThan(380);
    expect(inverter).not.toHaveProperty('grid_voltage');
    const meter = readingOf(readings, 'roof_37ff00000001');
    expect(meter).toMatchObject({ voltage_l1: 230, power_factor: 0.98 });
    expect(meter.power).toBeLessThan(0);
  });

  it('that answers no commands tells its measurements all the same', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: ['no-commands'] });
    const { context, reports } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    expect(await reader.read(context)).toHaveLength(3);
    expect(reports).toEqual(['meter/no-answer', 'meter/no-answer']);
    expect(await reader.read(context)).toHaveLength(3);
    expect(reports).toHaveLength(2);
  });

  it('reads the list of alarms when a counter has moved', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL });
    dtu.plant.raiseAlarm('116100000001', 124);
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const readings = await dtuOf(context).read(context);
    expect(readingOf(readings, 'roof_116100000001')).toMatchObject({
      alarm_code: 124,
      alarm_text: 'switched off by remote command',
    });
    expect(readingOf(readings, 'roof_116100000002')).toMatchObject({ alarm_code: 0, alarm_text: 'none' });
  });

  it('tells the limit that all inverters have, if it is the same', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL });
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    const limit = async () => readingOf(await reader.read(context), 'roof').power_limit;
    expect(await limit()).toBe(100);
    for (const serial of ['116100000001', '116100000002']) {
      dtu.plant.limits.set(serial, 12.5);
      expect(await limit()).toBe(serial.endsWith('1') ? null : 12.5);
    }
  });

  it('tells the limit that it keeps itself where inverters tell none, and its signal', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: ['no-limits'] });
    const keys = { port: dtu.protobufPort, protocol: 'protobuf', control: { enabled: true } };
    const { context } = contextOf(entryOf(keys));
    const reader = dtuOf(context);
    const [{ meter }] = (await reader.read(context)) as [Reading];
    await reader.command(context, { meter, key: 'power_limit', text: '50', tell: () => undefined });
    const readings = await reader.read(context);
    expect(readingOf(readings, 'roof')).toMatchObject({ power_limit: 50, signal_strength: 82 });
    expect(readingOf(readings, 'roof_116100000001')).not.toHaveProperty('power_limit');
  });

  it('tells its alarms page by page', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, perPage: 1 });
    dtu.plant.raiseAlarm('116100000001', 124);
    dtu.plant.raiseAlarm('116100000002', 209);
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const readings = await dtuOf(context).read(context);
    expect(readingOf(readings, 'roof_116100000001')).toMatchObject({ alarm_code: 124 });
    expect(readingOf(readings, 'roof_116100000002')).toMatchObject({ alarm_code: 209 });
  });

  it('inside an inverter is asleep, not lost, when it goes away at dusk', async () => {
    const dusk = Date.UTC(2024, 5, 10, 19, 58);
    const dtu = await simulatedDtu({
      protobuf: LOCAL,
      dtuSerial: '4143a0123456',
      inverters: usualInverters(1),
    });
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    await reader.read(context);
    dtu.clock.ms = dusk;
    vi.setSystemTime(dusk);
    const evening = readingOf(await reader.read(context), 'roof');
    await dtu[Symbol.asyncDispose]();
    const night = readingOf(await reader.read(context), 'roof');
    expect(night).toMatchObject({ state: 'asleep', pv_power: 0, today_production: evening.today_production });
    vi.setSystemTime(dusk + 6 * 3_600_000);
    const morning = readingOf(await reader.read(context), 'roof');
    expect(morning).toMatchObject({ today_production: 0, total_production: evening.total_production });
  });

  it('inside an inverter is asleep for a bridge that starts at night, too', async () => {
    const dtu = await simulatedDtu({
      protobuf: LOCAL,
      dtuSerial: '4143a0123456',
      inverters: usualInverters(1),
    });
    dtu.clock.ms = Date.UTC(2024, 5, 10, 19, 58);
    vi.setSystemTime(dtu.clock.ms);
    const state = new State().space('roof');
    const entry = entryOf({ port: dtu.protobufPort, protocol: 'protobuf' });
    const { context } = contextOf(entry, state);
    const evening = await dtuOf(context).read(context);
    await dtu[Symbol.asyncDispose]();
    const next = contextOf(entry, state);
    const night = await dtuOf(next.context).read(next.context);
    expect(night.map(({ meter }) => meter)).toEqual(evening.map(({ meter }) => meter));
    expect(readingOf(night, 'roof_116100000001')).toMatchObject({
      state: 'asleep',
      grid_voltage: null,
      port_4_pv_power: null,
      port_4_total_production: readingOf(evening, 'roof_116100000001').port_4_total_production,
    });
  });

  it('that looks for its cloud is read again when it is back, with all its energies', async () => {
    await using dtu = await simulatedDtu({ protobuf: LOCAL, faults: ['away'] });
    const { context, reports } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    const at = async (seconds: number) => {
      dtu.clock.ms = MORNING + seconds * 1000;
      vi.setSystemTime(dtu.clock.ms);
      return readingOf(await reader.read(context), 'roof');
    };
    await expect(at(0)).rejects.toMatchObject({ code: 'link/lost' });
    const before = await at(70);
    await at(299);
    for (const seconds of [300, 335, 369]) {
      dtu.clock.ms = MORNING + seconds * 1000;
      vi.setSystemTime(dtu.clock.ms);
      expect(await reader.read(context)).toEqual([]);
    }
    expect(new Set(reports)).toEqual(new Set(['link/lost']));
    const after = await at(370);
    // 3 kW for five minutes.
    expect(Number(after.total_production) - Number(before.total_production)).toBeCloseTo(0.2, 1);
    expect(Number(after.today_production)).toBeGreaterThan(Number(before.today_production));
  });

  it('inside an inverter that goes away at noon is lost', async () => {
    const dtu = await simulatedDtu({ protobuf: LOCAL, dtuSerial: '4143a0123456' });
    const { context } = contextOf(entryOf({ port: dtu.protobufPort, protocol: 'protobuf' }));
    const reader = dtuOf(context);
    await reader.read(context);
    await dtu[Symbol.asyncDispose]();
    vi.setSystemTime(MORNING + 119_000);
    expect(await reader.read(context)).toEqual([]);
    vi.setSystemTime(MORNING + 120_000);
    await expect(reader.read(context)).rejects.toMatchObject({ code: 'link/refused' });
  });
});

/** Those after which no time-out has to pass. */
const TROUBLES = [
  ...(['short', 'busy', 'stale', 'late', 'close', 'zeros', 'spike', 'not-ready'] as const),
  ...(['byte-count', 'long', 'twins', 'narrow', 'slow', 'old-alarms'] as const),
];

describe.each(['modbus', 'protobuf'] as const)('another DTU in its place, on %s', (protocol) => {
  it('is known by its serial number, and does not inherit energies', async () => {
    const place = { host: '127.0.0.1', tcpPort: await freePort() };
    const keys = { port: place.tcpPort, protocol };
    const { context } = contextOf(entryOf(keys));
    const reader = dtuOf(context);
    const serialOf = async (dtuSerial: string, series: string) => {
      const inverters = usualInverters(1, series);
      await using _dtu = await simulatedDtu({ [protocol]: place, dtuSerial, inverters });
      const [dtu, inverter] = await reader.read(context);
      const [plant, own] = [valuesOf(dtu!), valuesOf(inverter!)];
      expect(plant.total_production).toBe(own.total_production);
      return [dtu!.meter.serialNumber, inverter!.meter.serialNumber];
    };
    expect(await serialOf('10f871600831', '1161')).toEqual(['10f871600831', '116100000001']);
    expect(await serialOf('10f871600899', '1041')).toEqual(['10f871600899', '104100000001']);
  });
});

describe.each(['modbus', 'protobuf'] as const)('a DTU on %s tells nothing false', (protocol) => {
  it.each(TROUBLES)('in spite of %s', async (fault) => {
    const inverters = usualInverters(3);
    const options = { inverters, perPage: 2, faults: [fault], seed: 11 };
    await using dtu = await simulatedDtu({ [protocol]: LOCAL, ...options });
    const port = dtu.modbusPort ?? dtu.protobufPort;
    const { context } = contextOf(entryOf({ port, protocol }));
    const reader = dtuOf(context);
    let [read, before] = [0, 0];
    for (let turn = 0; turn < 25; turn++) {
      dtu.clock.ms += 60_000;
      vi.setSystemTime(dtu.clock.ms);
      const readings = await reader.read(context).catch(() => []);
      if (readings.length === 0) continue;
      read++;
      const plant = readingOf(readings, 'roof');
      const total = Number(plant.total_production);
      const truth = dtu.plant.at(dtu.clock.ms).reduce((sum, one) => sum + one.total, 0) / 1000;
      expect(readings).toHaveLength(4);
      expect(total).toBeLessThanOrEqual(truth);
      expect(total).toBeGreaterThanOrEqual(before);
      expect(Number(plant.pv_power)).toBeLessThan(12 * 400);
      before = total;
    }
    expect(read).toBeGreaterThan(5);
  });
});

describe('a DTU of which nothing is known', () => {
  it.each(['modbus', 'protobuf'] as const)('is found to speak %s', async (protocol) => {
    await using dtu = await simulatedDtu({ [protocol]: LOCAL });
    const port = dtu.modbusPort ?? dtu.protobufPort;
    const { context } = contextOf(entryOf({ port }));
    const reader = dtuOf(context);
    expect(await reader.read(context)).toHaveLength(3);
    expect(await reader.read(context)).toHaveLength(3);
  });
});
