import { Decimal } from '@meterbridge/core/codec';
import { decodeP1, encodeP1 } from '@meterbridge/core/frames';
import { formatInstant, isInstant, type Reading, valueToText } from '@meterbridge/core/model';
import { describe, expect, it } from 'vitest';
import { obisEntries } from './protocol/obis.ts';
import { meterClock } from './protocol/timestamp.ts';
import { PortReader, type PortSettings } from './reader.ts';

const RECEIVED = Date.UTC(2026, 6, 1, 10, 0, 0, 250);
const HEADER = 'ISK5\\2M550T-1012';

function portReader(
  settings: Partial<PortSettings> = {},
): (lines: readonly string[], header?: string) => readonly Reading[] {
  const reader = new PortReader({ id: 'main', clock: meterClock('Europe/Amsterdam'), ...settings });
  return (lines, header = HEADER) => reader.read(decodeP1(encodeP1(header, lines)), RECEIVED);
}

const readOnce = (...lines: readonly string[]): readonly Reading[] => portReader()(lines);

/** Values by key, as text; null stays null. */
function valuesOf(reading: Reading | undefined): Record<string, string | null> {
  const entries = reading?.values.map(({ measurement, value }) => {
    const unit = measurement.unit === null ? '' : ` ${measurement.unit}`;
    return [measurement.key, value === null ? null : `${valueToText(value)}${unit}`] as const;
  });
  return Object.fromEntries(entries ?? []);
}

/** Of a meter behind the port, without what its device is. */
function measuredOf(reading: Reading | undefined): Record<string, string | null> {
  const identity = /^mbus_(?:device_type|equipment_identifier|connection_ean)$/;
  return Object.fromEntries(Object.entries(valuesOf(reading)).filter(([key]) => !identity.test(key)));
}

const gas = (channel: number, serial: string, value: string, time = '260131130000W'): readonly string[] => [
  `0-${channel}:24.1.0(003)`,
  `0-${channel}:96.1.0(${Buffer.from(serial).toString('hex')})`,
  `0-${channel}:24.2.1(${time})(${value})`,
];

describe('the electricity meter', () => {
  it('is known by its serial number, maker and model', () => {
    const [reading] = readOnce(
      '1-3:0.2.8(50)',
      '0-0:1.0.0(260131130500W)',
      '0-0:96.1.1(4530303031)',
      '1-0:1.7.0(00.321*kW)',
    );
    expect(reading!.meter).toEqual({
      id: 'main',
      type: 'dsmr',
      name: 'Electricity meter',
      uniqueId: 'E0001',
      serialNumber: 'E0001',
      manufacturer: 'Iskraemeco',
      model: 'M550T-1012',
      firmware: 'P1 5.0',
      via: null,
      intervalMs: 1_000,
    });
    expect(formatInstant(reading!.time)).toBe('2026-01-31T13:05:00+01:00');
  });

  it('without serial number is known by the id of its port, and tells every ten seconds before DSMR 5', () => {
    const [reading] = portReader()(['1-3:0.2.8(42)', '1-0:1.7.0(1*kW)'], 'XYZ5');
    expect(reading!.meter).toMatchObject({
      uniqueId: 'main',
      serialNumber: null,
      manufacturer: 'XYZ',
      model: null,
      intervalMs: 10_000,
    });
  });

  it('stays the same meter until another takes its place', () => {
    const read = portReader();
    const lines = ['0-0:96.1.1(4530303031)', '1-0:1.7.0(1*kW)'];
    const first = read(lines)[0]!.meter;
    expect(read(lines)[0]!.meter).toBe(first);
    expect(read(['0-0:96.1.1(4530303032)', '1-0:1.7.0(1*kW)'])[0]!.meter).toMatchObject({
      id: 'main',
      uniqueId: 'E0002',
    });
    expect(read(lines, 'XYZ5')[0]!.meter.manufacturer).toBe('XYZ');
  });

  it('takes the time of arrival, in local time, where it tells none', () => {
    for (const lines of [['1-0:1.7.0(1*kW)'], ['0-0:1.0.0(000000000000W)', '1-0:1.7.0(1*kW)']]) {
      expect(formatInstant(readOnce(...lines)[0]!.time)).toBe('2026-07-01T12:00:00.250+02:00');
    }
  });

  it('takes the time of arrival, too, where its clock is not to be believed', () => {
    const read = portReader({ time: 'arrival' });
    const lines = ['0-0:1.0.0(000101000000W)', ...gas(1, 'G1', '7*m3', '000101000000W')];
    for (const { time } of read(lines)) expect(formatInstant(time)).toBe('2026-07-01T12:00:00.250+02:00');
  });

  it('gives no reading for a telegram that tells nothing', () => {
    expect(readOnce()).toEqual([]);
    expect(readOnce('hello', '1-0:200.7.0(1*kW)')).toEqual([]);
  });

  it('publishes each value in the one unit of its quantity', () => {
    const [reading] = readOnce(
      '1-0:1.8.1(1234567*Wh)',
      '1-0:1.7.0(321*W)',
      '1-0:32.7.0(0.2301*kV)',
      '1-0:3.8.0(5*varh)',
      '1-0:14.7.0(0.05*kHz)',
    );
    expect(valuesOf(reading)).toMatchObject({
      electricity_used_tariff_1: '1234.567 kWh',
      current_electricity_usage: '0.321 kW',
      instantaneous_voltage_l1: '230.1 V',
      electricity_reactive_imported_total: '0.005 kvarh',
      frequency: '50 Hz',
    });
  });

  it('believes the unit on the wire even if it is one of another quantity', () => {
    expect(valuesOf(readOnce('0-0:17.0.0(25*A)')[0])).toEqual({ actual_treshold_electricity: '25 A' });
  });

  it.each(['(7)', '()', '(7*furlong)'])('publishes no value that stands as %s', (content) => {
    const values = valuesOf(readOnce(`1-0:1.7.0${content}`, `1-0:32.7.0${content}`)[0]);
    expect(values).toEqual({
      current_electricity_usage: null,
      instantaneous_voltage_l1: null,
      voltage_l1: null,
    });
  });

  it('gives the names that other programs use to currents, voltages and export', () => {
    const [reading] = readOnce(
      '1-0:31.7.0(002*A)',
      '1-0:72.7.0(230.1*V)',
      '1-0:42.7.0(00.177*kW)',
      '1-0:21.7.0(00.193*kW)',
    );
    expect(valuesOf(reading)).toEqual({
      instantaneous_current_l1: '2 A',
      current_l1: '2 A',
      instantaneous_voltage_l3: '230.1 V',
      voltage_l3: '230.1 V',
      instantaneous_active_power_l2_negative: '0.177 kW',
      power_generated_l2: '177 W',
      instantaneous_active_power_l1_positive: '0.193 kW',
    });
    const aliases = reading!.values.filter(({ measurement }) => measurement.unannounced);
    expect(aliases.map(({ measurement }) => measurement.key)).toEqual([
      'current_l1',
      'voltage_l3',
      'power_generated_l2',
    ]);
  });

  it('sums its tariffs exactly', () => {
    const [reading] = readOnce(
      '1-0:1.8.1(009418.807*kWh)',
      '1-0:1.8.2(003309.321*kWh)',
      '1-0:2.8.1(0.1*kWh)',
      '1-0:2.8.2(200*Wh)',
    );
    expect(valuesOf(reading)).toMatchObject({
      electricity_active_import_total: '12728.128 kWh',
      electricity_active_export_total: '0.300 kWh',
    });
  });

  it('takes the total of the meter instead where there is one', () => {
    const [reading] = readOnce('1-0:1.8.1(1*kWh)', '1-0:1.8.2(2*kWh)', '1-0:1.8.0(3.5*kWh)');
    const total = reading!.values.find(
      ({ measurement }) => measurement.key === 'electricity_active_import_total',
    )!;
    expect(String(total.value)).toBe('3.5');
    expect(total.measurement.unannounced).toBe(true);
    expect(valuesOf(reading)).not.toHaveProperty('electricity_active_export_total');
  });

  it('has no total if one of its tariffs has no value', () => {
    const [reading] = readOnce('1-0:1.8.1(1*kWh)', '1-0:1.8.2()');
    expect(valuesOf(reading).electricity_active_import_total).toBeNull();
  });

  it('counts a register that is sent twice once, with its last value', () => {
    const [reading] = readOnce('1-0:1.8.1(1*kWh)', '1-0:1.8.2(2*kWh)', '1-0:1.8.1(5*kWh)');
    expect(valuesOf(reading)).toMatchObject({
      electricity_used_tariff_1: '5 kWh',
      electricity_active_import_total: '7 kWh',
    });
  });

  it('tells when the peak of the month was', () => {
    expect(valuesOf(readOnce('1-0:1.6.0(260109134558W)(02.589*kW)')[0])).toEqual({
      belgium_maximum_demand_month: '2.589 kW',
      belgium_maximum_demand_month_time: '2026-01-09T13:45:58+01:00',
    });
  });

  it('tells net power where it is told in both directions', () => {
    const lines = ['1-0:1.7.0(00.321*kW)', '1-0:2.7.0(01.500*kW)', '1-0:21.7.0(00.100*kW)'];
    expect(valuesOf(readOnce(...lines, '1-0:22.7.0(00.000*kW)', '1-0:41.7.0(00.221*kW)')[0])).toMatchObject({
      electricity_power_net: '-1.179 kW',
      electricity_power_net_l1: '0.100 kW',
    });
    expect(valuesOf(readOnce(...lines)[0])).not.toHaveProperty('electricity_power_net_l1');
    expect(valuesOf(readOnce('1-0:1.7.0(00.321*kW)', '1-0:2.7.0()')[0])).toMatchObject({
      electricity_power_net: null,
    });
  });

  it('tells the net power of meters in W in kW', () => {
    const [reading] = readOnce('1-0:1.7.0(321*W)', '1-0:2.7.0(0*W)');
    expect(valuesOf(reading)).toMatchObject({ electricity_power_net: '0.321 kW' });
  });

  it('leaves out what is not to be computed', () => {
    const computed = { totals: false, netPower: false };
    const reader = new PortReader({ id: 'main', clock: meterClock('Europe/Amsterdam'), computed });
    const lines = ['1-0:1.8.1(1*kWh)', '1-0:1.8.2(1*kWh)', '1-0:1.7.0(1*kW)', '1-0:2.7.0(0*kW)'];
    const [reading] = reader.read(decodeP1(encodeP1(HEADER, lines)), RECEIVED);
    expect(Object.keys(valuesOf(reading))).toEqual([
      'electricity_used_tariff_1',
      'electricity_used_tariff_2',
      'current_electricity_usage',
      'current_electricity_delivery',
    ]);
  });

  it('tells the last of the monthly peaks, wherever it stands in the list', () => {
    const [reading] = readOnce(
      '0-0:98.1.0(3)(1-0:1.6.0)(1-0:1.6.0)' +
        '(260101000000W)(251209101500W)(04.500*kW)(260201000000W)(260117184500W)(3695*W)(251201000000W)(632525252525W)(01.000*kW)',
    );
    expect(valuesOf(reading)).toMatchObject({
      belgium_maximum_demand_last_month: '3.695 kW',
      belgium_maximum_demand_last_month_time: '2026-01-17T18:45:00+01:00',
    });
    expect(valuesOf(readOnce('0-0:98.1.0(0)')[0])).toMatchObject({
      belgium_maximum_demand_last_month: null,
      belgium_maximum_demand_last_month_time: null,
    });
  });

  it('tells what a Hungarian meter sends under the code of the Belgian peaks by its own name, and its time', () => {
    const lastMonth = '0-0:98.1.0(260101000000W)(000123.456*kWh)(000012.345*kWh)';
    const reading = readOnce(lastMonth)[0]!;
    expect(reading.values.map(({ measurement }) => measurement.key)).toEqual([
      'last_month_data',
      'last_month_data_time',
    ]);
    expect(valuesOf(reading)).toMatchObject({ last_month_data_time: '2026-01-01T00:00:00+01:00' });
  });

  it('tells both limits of the current in Luxembourg', () => {
    const limits = (line: string) => valuesOf(readOnce(line, '1-0:1.7.0(1*kW)')[0]);
    expect(limits('1-1:31.4.0(200*A)(-0.1*kA)')).toMatchObject({
      current_threshold_import: '200 A',
      current_threshold_export: '-100 A',
    });
    expect(limits('1-1:31.4.0(200*W)')).toMatchObject({
      current_threshold_import: null,
      current_threshold_export: null,
    });
  });

  it('tells a message whole, however long it is', () => {
    const hex = '48656C6C6F20'.repeat(170);
    expect(valuesOf(readOnce(`0-0:96.13.0(${hex})`)[0])).toEqual({
      text_message: 'Hello '.repeat(170).trim(),
    });
  });

  it('tells the last power failure', () => {
    const [reading] = readOnce(
      '1-0:99.97.0(2)(0-0:96.7.19)(260101120000W)(0000000939*s)(251201120000W)(0000000240*s)',
    );
    expect(valuesOf(reading)).toMatchObject({
      last_power_failure: '2026-01-01T12:00:00+01:00',
      last_power_failure_duration: '939 s',
    });
    expect(valuesOf(readOnce('1-0:99.97.0(0)(0-0:96.7.19)')[0])).toMatchObject({ last_power_failure: null });
  });

  it.each([
    ['0-0:96.3.10(0)', 'disconnected'],
    ['0-0:96.3.10(1)', 'connected'],
    ['0-0:96.3.10(2)', 'ready_for_reconnection'],
    ['0-0:96.3.10(7)', null],
    ['0-0:96.50.68(ON)', 'connected'],
    ['0-0:96.50.68(OFF)', 'disconnected'],
  ])('tells the state of the breaker, %s, as %s', (line, state) => {
    expect(valuesOf(readOnce(line)[0]).breaker_state).toBe(state);
  });

  it('counts and lists the objects that are in no table, and tells those that are wanted', () => {
    const lines = ['1-0:1.7.0(1*kW)', '1-0:200.7.0(1500*W)', '0-5:96.99.9(a)(b)', '0-0:98.2.1(3*furlong)'];
    const read = (extra: ReadonlySet<string> | 'all') => {
      const reader = new PortReader({ id: 'main', clock: meterClock('Europe/Amsterdam'), extra });
      return valuesOf(reader.read(decodeP1(encodeP1(HEADER, lines)), RECEIVED)[0]);
    };
    const unknown_objects = '1-0:200.7.0 0-5:96.99.9 0-0:98.2.1';
    const known = { current_electricity_usage: '1 kW', unknown_object_count: '3', unknown_objects };
    expect(read(new Set())).toEqual(known);
    expect(read(new Set(['1-0:200.7.0']))).toEqual({ ...known, obis_1_0_200_7_0: '1.500 kW' });
    expect(read('all')).toEqual({
      ...known,
      obis_1_0_200_7_0: '1.500 kW',
      obis_0_5_96_99_9: '(a)(b)',
      obis_0_0_98_2_1: '3*furlong',
    });
  });

  it('gives lists as rows of plain values', () => {
    const [reading] = readOnce(
      '1-0:99.97.0(1)(0-0:96.7.19)(260101120000W)(0000000939*s)',
      '1-0:99.1.0(a)(b)',
    );
    const profile = reading!.values.find(({ measurement }) => measurement.key === 'load_profile_il');
    expect(reading!.values[0]!.value).toEqual([
      {
        timestamp: { epochMs: Date.UTC(2026, 0, 1, 11), offsetMinutes: 60 },
        value: new Decimal(939),
        unit: 's',
      },
    ]);
    expect(profile!.value).toEqual([{ value: 'a' }, { value: 'b' }]);
  });

  it('publishes every object of the table under a key of its own', () => {
    const seen = new Set<string>();
    const distinct = obisEntries.filter(
      ({ name, channel }) => channel === 0 && !seen.has(name) && seen.add(name),
    );
    const [reading] = readOnce(
      ...distinct.map(({ code }) => `${code}(1)`).filter((line) => !line.startsWith('1-0:1.6.0')),
    );
    const keys = reading!.values.map(({ measurement }) => measurement.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(
      expect.arrayContaining(
        distinct.map(({ name }) => name).filter((name) => name !== 'belgium_maximum_demand_month'),
      ),
    );
  });

  it('reads each telegram on its own, whatever came before', () => {
    const telegrams = [
      ['1-0:1.8.1(1*kWh)', '1-0:1.8.2(2*kWh)', ...gas(1, 'G1', '1*m3')],
      ['1-0:1.8.2(7*kWh)'],
      ['1-0:1.7.0(1*kW)', '1-0:1.8.1(1*kWh)', ...gas(2, 'G2', '5*m3')],
      [],
    ];
    const read = portReader();
    for (const lines of [...telegrams, ...telegrams.toReversed()]) {
      expect(read(lines).map(valuesOf)).toEqual(portReader()(lines).map(valuesOf));
    }
  });
});

describe('a gas meter behind the port', () => {
  it('is a meter of its own with its own time', () => {
    const [electricity, reading] = readOnce(
      '0-0:1.0.0(260131130500W)',
      '0-0:96.1.1(4530303031)',
      ...gas(1, 'G1', '09916.665*m3'),
      '0-1:24.4.0(1)',
    );
    expect(reading!.meter).toEqual({
      id: 'main_gas',
      type: 'dsmr',
      name: 'Gas meter',
      uniqueId: 'G1',
      serialNumber: 'G1',
      manufacturer: null,
      model: null,
      firmware: null,
      via: electricity!.meter,
      intervalMs: null,
    });
    expect(formatInstant(reading!.time)).toBe('2026-01-31T13:00:00+01:00');
    expect(measuredOf(reading)).toEqual({ gas_reading: '9916.665 m³', valve_position: '1' });
    expect(reading!.values[0]!.measurement).toMatchObject({
      deviceClass: 'gas',
      stateClass: 'total_increasing',
    });
  });

  it('is named among the values of the port, too, the newest of several', () => {
    const lines = [
      '0-0:1.0.0(260131130500W)',
      ...gas(1, 'G1', '7*m3', '260131130000W'),
      ...gas(2, 'G2', '5*m3', '260131120000W'),
    ];
    expect(valuesOf(readOnce(...lines)[0]).gas_provided).toBe('7 m³');
    const [both] = readOnce(...gas(1, 'G1', '5*m3'), '0-1:24.2.3(260131130000W)(6*m3)');
    expect(valuesOf(both).gas_provided).toBe('5 m³');
    expect(valuesOf(readOnce('0-0:1.0.0(260131130500W)')[0])).not.toHaveProperty('gas_provided');
  });

  it('tells that nothing changed until it tells something new', () => {
    const read = portReader();
    const unchanged = (value: string, time: string) =>
      read(['1-0:1.7.0(1*kW)', ...gas(1, 'G1', value, time)])[1]!.unchanged ?? false;
    expect(unchanged('1.0*m3', '260131130000W')).toBe(false);
    expect(unchanged('1.0*m3', '260131130000W')).toBe(true);
    expect(unchanged('1.0*m3', '260131130500W')).toBe(false);
    expect(unchanged('1.1*m3', '260131130500W')).toBe(false);
    expect(unchanged('1.10*m3', '260131130500W')).toBe(true);
  });

  it('that tells no time of its own tells something new with another value only', () => {
    const read = portReader();
    const unchanged = (second: number, value: string) =>
      read([`0-0:1.0.0(26013113050${second}W)`, ...gas(1, 'G1', value, '632525252525W')])[1]!.unchanged ??
      false;
    expect(unchanged(1, '1.0*m3')).toBe(false);
    expect(unchanged(2, '1.0*m3')).toBe(true);
    expect(unchanged(3, '1.1*m3')).toBe(false);
  });

  it('is silent while the meter has not heard from it', () => {
    for (const dead of ['00000000', '']) {
      const readings = readOnce('1-0:1.7.0(1*kW)', ...gas(1, 'G1', dead));
      expect(readings.map(({ meter }) => meter.id)).toEqual(['main']);
      expect(valuesOf(readings[0])).not.toHaveProperty('gas_provided');
    }
    expect(readOnce(...gas(1, 'G1', '5*furlong'))).toEqual([]);
  });

  it('keeps its name from a dead one on a channel before it', () => {
    const readings = readOnce(...gas(1, 'G1', '00000000'), ...gas(2, 'G2', '5*m3'));
    expect(readings.map(({ meter }) => [meter.id, meter.uniqueId])).toEqual([
      ['main', 'main'],
      ['main_gas', 'G2'],
    ]);
  });

  it('of two that are alive the second is named by its channel', () => {
    const readings = readOnce(...gas(1, 'G1', '5*m3'), ...gas(3, 'G3', '6*m3'));
    expect(readings.slice(1).map(({ meter }) => [meter.id, meter.uniqueId])).toEqual([
      ['main_gas', 'G1'],
      ['main_gas_3', 'G3'],
    ]);
  });

  it('without serial number, or with that of another, is known by its channel', () => {
    const same = readOnce('0-0:96.1.1(4530303031)', ...gas(1, 'G1', '5*m3'), ...gas(2, 'G1', '6*m3'));
    expect(same.slice(1).map(({ meter }) => meter.uniqueId)).toEqual(['E0001_channel_1', 'E0001_channel_2']);
    const none = readOnce('0-1:24.1.0(003)', '0-1:24.2.1(260131130000W)(5*m3)');
    expect(none[1]!.meter).toMatchObject({ uniqueId: 'main_channel_1', serialNumber: null });
    const [main, behind] = readOnce('0-0:96.1.1(4530303031)', ...gas(1, 'E0001', '5*m3'));
    expect([main!.meter.uniqueId, behind!.meter.uniqueId]).toEqual(['E0001', 'E0001_channel_1']);
  });

  it.each(['00000000000000', '3030303030303030'])(
    'is not known by a number that was never set: %s',
    (zeros) => {
      const [main, behind] = readOnce(
        `0-0:96.1.1(${zeros})`,
        '0-1:24.1.0(003)',
        `0-1:96.1.0(${zeros})`,
        '0-1:24.2.1(260131130000W)(5*m3)',
      );
      expect([main!.meter.uniqueId, behind!.meter.uniqueId]).toEqual(['main', 'main_channel_1']);
    },
  );

  it('that takes the place of another is a new meter under the old name', () => {
    const read = portReader();
    const before = read(gas(1, 'G1', '5*m3'))[1]!;
    const after = read(gas(1, 'G2', '5*m3'))[1]!;
    expect([before.meter.id, after.meter.id]).toEqual(['main_gas', 'main_gas']);
    expect(after.meter.uniqueId).toBe('G2');
    expect(after.unchanged).toBeUndefined();
    expect(read(gas(1, 'G2', '5*m3'))[1]!.meter).toBe(after.meter);
  });

  it('stays the same meter when others come and go', () => {
    const read = portReader();
    const alone = read(gas(1, 'G1', '5*m3'))[1]!;
    const joined = read([...gas(1, 'G1', '5*m3'), ...gas(2, 'G2', '6*m3')]);
    expect(joined[1]!.meter).toBe(alone.meter);
    expect(joined[1]!.unchanged).toBe(true);
    expect(joined[2]!.unchanged).toBeUndefined();
    expect(read(gas(1, 'G1', '5*m3'))[1]!.meter).toBe(alone.meter);
  });

  it('of DSMR 2.2 is read from its two lines', () => {
    const readings = readOnce(
      '0-1:24.1.0(3)',
      '0-1:96.1.0(4731)',
      '0-1:24.3.0(260731120000)(00)(60)(1)(0-1:24.2.1)(m3)',
      '(00001.001)',
    );
    expect(measuredOf(readings[1])).toEqual({ gas_reading: '1.001 m³' });
    expect(formatInstant(readings[1]!.time)).toBe('2026-07-31T12:00:00+02:00');
  });
});

describe('other meters behind the port', () => {
  it('tell what they are', () => {
    const readings = readOnce(...gas(1, 'G1', '1.000*m3'), '0-1:96.1.2(353431)', '0-1:24.4.0(1)');
    expect(valuesOf(readings.at(-1))).toEqual({
      gas_reading: '1.000 m³',
      valve_position: '1',
      mbus_device_type: '3',
      mbus_equipment_identifier: 'G1',
      mbus_connection_ean: '541',
    });
  });

  it.each([
    ['007', '(1.5*m3)', 'main_water', { water_reading: '1.5 m³' }],
    ['006', '(1.5*m3)', 'main_warm_water', { water_reading: '1.5 m³' }],
    ['004', '(240.860*GJ)', 'main_heat', { heat_reading: '240.860 GJ' }],
    ['012', '(1500*MJ)', 'main_heat', { heat_reading: '1.500 GJ' }],
    ['010', '(5*kWh)', 'main_cooling', { cooling_reading: '5 kWh' }],
    ['002', '(1500*Wh)', 'main_electricity', { electricity_reading: '1.500 kWh' }],
    ['099', '(1500*dm3)', 'main_meter', { volume: '1.500 m³' }],
  ])('of type %s with %s are %s', (type, value, id, values) => {
    const readings = readOnce(`0-1:24.1.0(${type})`, `0-1:24.2.1(260131130000W)${value}`);
    expect(readings.at(-1)!.meter.id).toBe(id);
    expect(measuredOf(readings.at(-1))).toEqual(values);
  });

  it('give every register of a heat meter a name of its own', () => {
    const time = '(260131130000W)';
    const readings = readOnce(
      '0-1:24.1.0(004)',
      `0-1:24.2.1${time}(12.5*GJ)`,
      `0-1:24.2.2${time}(0.123*m3/h)`,
      `0-1:24.2.3${time}(61.5*degC)`,
      `0-1:24.2.4${time}(40.1*degC)`,
    );
    expect(measuredOf(readings.at(-1))).toEqual({
      heat_reading: '12.5 GJ',
      flow_rate: '0.123 m³/h',
      temperature_1: '61.5 °C',
      temperature_2: '40.1 °C',
    });
  });

  it.each([
    [
      'energy in two units',
      ['0-1:24.1.0(012)', '0-1:24.2.1(260131130000W)(12.345*GJ)', '0-1:24.2.5(260131130000W)(3429167*Wh)'],
      { heat_reading: '12.345 GJ', heat_reading_5: '3429.167 kWh' },
    ],
    [
      'gas as it was measured and as it is billed',
      ['0-1:24.1.0(003)', '0-1:24.2.1(260131130000W)(5.0*m3)', '0-1:24.2.3(260131130000W)(5.2*m3)'],
      { gas_reading: '5.0 m³', gas_reading_3: '5.2 m³' },
    ],
    [
      'heat and cold of DSMR 3.0',
      [
        '0-1:24.1.0(004)',
        '0-1:24.3.0(260131130000)(08)(60)(1)(0-1:24.2.1)(GJ)',
        '(00012.34)',
        '0-1:24.3.1(260131130000)(08)(60)(1)(0-1:24.2.1)(GJ)',
        '(00001.50)',
      ],
      { heat_reading: '12.34 GJ', cooling_reading: '1.50 GJ' },
    ],
  ])('tell registers of one quantity apart: %s', (_what, lines, expected) => {
    const read = portReader();
    expect(measuredOf(read(lines).at(-1))).toEqual(expected);
    expect(measuredOf(read(lines).at(-1))).toEqual(expected);
  });

  it('take the time of the telegram where they tell none', () => {
    const [, reading] = readOnce(
      '0-0:1.0.0(260131130500W)',
      '0-1:24.1.0(007)',
      '0-1:24.2.1(632525252525W)(1*m3)',
    );
    expect(isInstant(reading!.time) && formatInstant(reading!.time)).toBe('2026-01-31T13:05:00+01:00');
  });
});
