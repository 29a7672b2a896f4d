import { deviceMessage } from '@meterbridge/core/discovery';
import type { Measurement, Meter } from '@meterbridge/core/model';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '@meterbridge/core/mqtt';
import { conformancePath, violations } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { controlsOver } from './control/controls.ts';
import {
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  METER_MEASUREMENTS,
  PORT_MEASUREMENTS,
  portMeasurement,
} from './meters/measurements.ts';

const topics = topicsOf({
  base: 'meters',
  app: 'hoymiles-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const settings = {
  app: 'hoymiles-bridge',
  version: '1.0.0',
  supportUrl: 'https://example.org',
  topics,
  output: 'both',
  qos: 1,
} as const;
const meter: Meter = {
  id: 'roof',
  type: 'hoymiles',
  name: 'Roof',
  uniqueId: '10f871600831',
  serialNumber: '10f871600831',
  manufacturer: 'Hoymiles',
  model: 'DTU-Pro',
  firmware: 'V01.01.01',
  via: null,
  intervalMs: 35_000,
  controls: controlsOver('protobuf')({ isDtu: true, leastLimit: 2, ratedPower: 3000 }),
};
const ports = [1, 6].flatMap((port) => PORT_MEASUREMENTS.map((one) => portMeasurement(one, port)));

describe.skipIf(conformancePath('homeassistant') === null)('what Home Assistant is told', () => {
  it.each([
    ['a DTU', DTU_MEASUREMENTS],
    ['an inverter', [...INVERTER_MEASUREMENTS, ...ports]],
    ['a meter', METER_MEASUREMENTS],
  ])('of %s keeps its rules', (_of, measurements) => {
    const byKey = new Map<string, Measurement>(measurements.map((one) => [one.key, one]));
    expect(byKey.size).toBe(measurements.length);
    const { topic, payload } = deviceMessage(settings, { meter, measurements: byKey, expireAfterS: 300 });
    expect(violations(topic, payload, { publishIntervalS: 35 })).toEqual([]);
  });
});
