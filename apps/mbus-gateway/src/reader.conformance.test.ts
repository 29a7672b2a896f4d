import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, Decimal } from '@meterbridge/core/codec';
import { deviceMessage } from '@meterbridge/core/discovery';
import { decodeMbus, mbusFault } from '@meterbridge/core/frames';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '@meterbridge/core/mqtt';
import { conformancePath, violations } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { addressOf } from './protocol/secondary-address.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import { readingOf } from './reader.ts';
import type { Readout } from './readout.ts';

const folder = conformancePath('mbus');
const names =
  folder === null
    ? []
    : readdirSync(join(folder, 'frames'))
        .filter((file) => file.endsWith('.hex'))
        .map((file) => file.slice(0, -'.hex'.length));

const topics = topicsOf({
  base: 'meters',
  app: 'mbus-gateway',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const settings = {
  app: 'mbus-gateway',
  version: '1.0.0',
  supportUrl: 'https://example.org',
  topics,
  output: 'both',
  qos: 1,
} as const;

/** The readings that frames of the corpus become, with all that can be published or only what is by default. */
function readings(isAll: boolean) {
  return names.flatMap((name) => {
    const bytes = bytesOf(readFileSync(join(folder ?? '', 'frames', `${name}.hex`), 'utf8'));
    if (mbusFault(bytes)) return [];
    const frame = decodeMbus(bytes);
    const telegram = 'data' in frame ? decodeTelegram(frame) : null;
    if (!telegram || (telegram.structure !== 'variable' && telegram.structure !== 'fixed')) return [];
    if (!telegram.records) return [];
    const { structure, header, records } = telegram;
    const readout: Readout = { structure, header, records, address: addressOf(telegram), problem: null };
    const choice = { id: 'main', history: isAll, limits: isAll };
    return [{ name, reading: readingOf(readout, choice, { epochMs: 0, intervalMs: 900_000 }) }];
  });
}

describe.skipIf(folder === null)('readings of the corpus', () => {
  it.each([true, false])('have keys of their own, and values that can be told (all of them: %s)', (isAll) => {
    for (const { name, reading } of readings(isAll)) {
      const keys = reading.values.map(({ measurement }) => measurement.key);
      expect([name, keys.length]).toEqual([name, new Set(keys).size]);
      for (const key of keys) expect(key).toMatch(/^[a-z0-9_]+$/);
      const names = reading.values.map(({ measurement }) => measurement.name);
      expect([name, names.length]).toEqual([name, new Set(names).size]);
    }
  });

  it.skipIf(conformancePath('homeassistant') === null)('are announced as Home Assistant demands', () => {
    for (const { name, reading } of readings(true)) {
      const measurements = new Map(reading.values.map(({ measurement }) => [measurement.key, measurement]));
      const { topic, payload } = deviceMessage(settings, {
        meter: reading.meter,
        measurements,
        expireAfterS: 3600,
      });
      expect([name, violations(topic, payload)]).toEqual([name, []]);
    }
  });

  it('by default hold no value of the past and no limit', () => {
    for (const { reading } of readings(false)) {
      for (const { measurement } of reading.values)
        expect(measurement.key).not.toMatch(/storage_\d|_max$|_min$|future|(upper|lower)_limit|record_error/);
    }
  });

  it('show reals with the digits that single precision has', () => {
    const reading = readings(false).find(({ name }) => name === 'EDC')!.reading;
    const values = new Map(reading.values.map(({ measurement, value }) => [measurement.key, value]));
    expect(String(values.get('flow_temperature_subunit_0') ?? values.get('flow_temperature'))).toBe(
      '21.536703',
    );
    expect(values.get('energy_import')).toEqual(new Decimal(35, 0));
  });
});
