import { Decimal } from '@meterbridge/core/codec';
import { deviceMessage } from '@meterbridge/core/discovery';
import type { Measurement, Meter } from '@meterbridge/core/model';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '@meterbridge/core/mqtt';
import { conformancePath, violations } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { type MeterProfile, profiles } from './meters/index.ts';
import { measuredNumber, measuredValue } from './meters/measurement.ts';
import { registerEntries, registerEntry, registerOf, registersOf } from './protocol/registers.ts';
import { unitName } from './protocol/unit.ts';

const topics = topicsOf({
  base: 'meters',
  app: 'kamstrup-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const settings = {
  app: 'kamstrup-bridge',
  version: '1.0.0',
  supportUrl: 'https://example.org',
  topics,
  output: 'both',
  qos: 1,
} as const;
const meter: Meter = {
  id: 'heat',
  type: 'multical',
  name: 'Heat',
  uniqueId: '6892850',
  serialNumber: '6892850',
  manufacturer: 'Kamstrup',
  model: 'MULTICAL 403',
  firmware: 'C2',
  via: null,
  intervalMs: 300_000,
};

function problems(measurements: readonly Measurement[]): readonly string[] {
  const entities = {
    meter,
    measurements: new Map(measurements.map((one) => [one.key, one])),
    expireAfterS: 900,
  };
  const { topic, payload } = deviceMessage(settings, entities);
  return violations(topic, payload, { publishIntervalS: 300 });
}

/** Every unit that a meter may send, and one that nobody knows. */
const codes = [...Array.from({ length: 65 }, (_, code) => code), 200];

function measurementOf(id: number, unitCode: number, isWaterMeter = false): Measurement {
  const record = {
    id,
    unitCode,
    nob: 4,
    siex: 0x42,
    data: new Uint8Array(4),
    at: 0,
    value: new Decimal(1234, 2),
  };
  return measuredValue(record, isWaterMeter).measurement;
}

describe.skipIf(conformancePath('homeassistant') === null)('what Home Assistant is told', () => {
  it.each(registerEntries.map((entry) => [entry.name, entry.id] as const))(
    'of %s keeps its rules in every unit',
    (_name, id) => {
      for (const code of codes) {
        expect(problems([measurementOf(id, code)]), `unit ${code} ${unitName(code)}`).toEqual([]);
        expect(problems([measurementOf(id, code, true)]), `unit ${code}, water`).toEqual([]);
      }
    },
  );

  it('of a register without a name keeps its rules in every unit', () => {
    for (const code of codes) expect(problems([measurementOf(1170, code)]), `unit ${code}`).toEqual([]);
  });

  it.each(['kWh', 'MWh', 'GJ', 'm³', 'h', '°C', 'K', 'kW', 'MW', 'L/h', 'm³/h', null])(
    'of what the text protocol tells in %s keeps its rules',
    (unit) => {
      const ids = registersOf(profiles['66'].parameters);
      const measurements = ids.map((id) => measuredNumber(id, new Decimal(1234, 2), unit).measurement);
      for (const measurement of measurements) expect(problems([measurement])).toEqual([]);
    },
  );

  it.each<[string, MeterProfile]>(Object.entries(profiles))(
    'of a %s has a key for each of its parameters',
    (_model, profile) => {
      const ids = profile.parameters.map((parameter) => registerOf(parameter));
      expect(ids).not.toContain(null);
      expect(new Set(ids.map((id) => registerEntry(id!).name.toLowerCase())).size).toBe(ids.length);
      // One question of KMP; the text protocol tells all of it at once.
      if (profile.protocol !== 'text') expect(ids.length).toBeLessThanOrEqual(8);
    },
  );
});

describe('a register as a measurement', () => {
  it.each([
    [
      60,
      8,
      { key: 'energy', unit: 'GJ', deviceClass: 'energy', stateClass: 'total_increasing', precision: 2 },
    ],
    [60, 3, { unit: 'MWh', deviceClass: 'energy', stateClass: 'total_increasing' }],
    [68, 40, { unit: 'm³', deviceClass: 'volume', stateClass: 'total_increasing' }],
    [68, 39, { unit: 'L', deviceClass: 'volume', stateClass: 'total_increasing' }],
    [74, 41, { unit: 'L/h', deviceClass: 'volume_flow_rate', stateClass: 'measurement' }],
    [80, 22, { unit: 'kW', deviceClass: 'power', stateClass: 'measurement' }],
    [89, 38, { unit: 'K', deviceClass: 'temperature_delta', stateClass: 'measurement' }],
    [97, 43, { unit: 'm³·°C', stateClass: 'total_increasing' }],
    [113, 51, { unit: null, stateClass: 'total_increasing', diagnostic: true }],
    [138, 48, { key: 'maxflowdate_m', unit: null, deviceClass: 'date' }],
    [1004, 46, { unit: 'h', deviceClass: 'duration', stateClass: 'total_increasing' }],
  ])('register %i in unit %i', (id, code, wanted) => {
    expect(measurementOf(id, code)).toMatchObject(wanted);
  });

  it('is water where a water meter tells its volume', () => {
    expect(measurementOf(68, 40, true)).toMatchObject({ deviceClass: 'water' });
  });

  it.each([
    [55, '12340', 'm³'],
    [57, '12340', 'GJ'],
    [56, '12340', 't'],
  ])('counts tens where its unit (%i) does', (unitCode, text, unit) => {
    const record = {
      id: 68,
      unitCode,
      nob: 4,
      siex: 0,
      data: new Uint8Array(4),
      at: 0,
      value: new Decimal(1234),
    };
    const { measurement, value } = measuredValue(record, false);
    expect(String(value)).toBe(text);
    expect(measurement.unit).toBe(unit);
  });
});
