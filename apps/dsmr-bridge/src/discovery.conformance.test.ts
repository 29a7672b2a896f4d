import { deviceMessage } from '@meterbridge/core/discovery';
import { decodeP1, encodeP1 } from '@meterbridge/core/frames';
import type { Measurement, Meter } from '@meterbridge/core/model';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '@meterbridge/core/mqtt';
import { conformancePath, violations } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { deviceValues } from './meters/behind-port.ts';
import { electricityValues, measurementOf } from './meters/electricity.ts';
import { mbusDevices } from './protocol/mbus-device.ts';
import { obisEntries } from './protocol/obis.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import { meterClock } from './protocol/timestamp.ts';

const topics = topicsOf({
  base: 'meters',
  app: 'dsmr-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const settings = {
  app: 'dsmr-bridge',
  version: '1.0.0',
  supportUrl: 'https://example.org',
  topics,
  output: 'both',
  qos: 1,
} as const;
const meter: Meter = {
  id: 'main',
  type: 'dsmr',
  name: 'House',
  uniqueId: 'E1',
  serialNumber: 'E1',
  manufacturer: 'ISK',
  model: 'M550T',
  firmware: 'P1 5.0',
  via: null,
  intervalMs: 1000,
};

function problems(measurements: readonly Measurement[]): readonly string[] {
  const entities = {
    meter,
    measurements: new Map(measurements.map((one) => [one.key, one])),
    expireAfterS: 300,
  };
  const { topic, payload } = deviceMessage(settings, entities);
  return violations(topic, payload);
}

const objects = (lines: readonly string[]) =>
  decodeTelegram(decodeP1(encodeP1('XXX5TEST', lines)), meterClock('Europe/Amsterdam'));

describe.skipIf(conformancePath('homeassistant') === null)('what Home Assistant is told', () => {
  const electricity = obisEntries.filter(({ channel }) => channel === 0);

  it.each(electricity.map((entry) => [entry.code, entry] as const))('of %s keeps its rules', (_, entry) => {
    expect(problems([measurementOf(entry, entry.unit)])).toEqual([]);
  });

  it('of limits in other units keeps its rules', () => {
    const limit = electricity.find(({ code }) => code === '0-0:17.0.0')!;
    for (const unit of ['A', 'kVA', 'kW']) expect(problems([measurementOf(limit, unit)])).toEqual([]);
  });

  it('of computed values and aliases keeps its rules', () => {
    const { objects: sent } = objects([
      '1-0:1.8.1(1*kWh)',
      '1-0:1.6.0(200509134558S)(02.589*kW)',
      '1-0:32.7.0(230.0*V)',
      '1-0:21.7.0(00.2*kW)',
      '1-0:22.7.0(00.1*kW)',
      '1-0:99.97.0(1)(0-0:96.7.19)(200421120530S)(0000000939*s)',
      '0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)',
      '0-0:98.1.0(260101000000W)(000123.456*kWh)',
      '0-0:96.3.10(1)',
      '1-1:31.4.0(200*A)(-200*A)',
    ]);
    const measurements = electricityValues(sent, { totals: true, netPower: true }).map(
      ({ measurement }) => measurement,
    );
    expect(
      measurements.filter(({ deviceClass }) => deviceClass === 'timestamp').map(({ key }) => key),
    ).toEqual([
      'belgium_maximum_demand_month_time',
      'last_power_failure',
      'belgium_maximum_demand_last_month_time',
      'last_month_data_time',
    ]);
    expect(measurements.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        'electricity_active_import_total',
        'electricity_power_net_l1',
        'last_power_failure',
        'belgium_maximum_demand_last_month',
        'breaker_state',
      ]),
    );
    expect(problems(measurements)).toEqual([]);
  });

  it.each([0, 2, 3, 4, 6, 7, 8, 10, 12, 21, 22])(
    'of a meter of type %i behind the port keeps its rules',
    (type) => {
      const readings = ['m3', 'm3/h', 'degC', 'degC', 'Wh'].map(
        (unit, at) => `0-1:24.2.${at + 1}(240102030000W)(1.5*${unit})`,
      );
      const telegram = objects([
        `0-1:24.1.0(${String(type).padStart(3, '0')})`,
        '0-1:24.4.0(1)',
        '0-1:96.1.0(4730303332353631323736393230313739)',
        '0-1:96.1.2(353431343438383230303032303030323937)',
        ...readings,
      ]);
      const measurements = mbusDevices(telegram)
        .flatMap(deviceValues)
        .map(({ measurement }) => measurement);
      expect(measurements).toHaveLength(9);
      expect(new Set(measurements.map(({ key }) => key)).size).toBe(9);
      expect(problems(measurements)).toEqual([]);
    },
  );
});
