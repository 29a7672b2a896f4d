import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { kpm33bSections } from './sections.ts';

const schema = z.strictObject(kpm33bSections);
const problems = (config: object): readonly string[] =>
  schema.safeParse(config).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
const meters = (kpm33b_meters: object): readonly string[] => problems({ kpm33b_meters });

describe('the configuration', () => {
  it('needs nothing: the meters are as they leave the factory', () => {
    expect(problems({})).toEqual([]);
    expect(schema.parse({}).kpm33b_meters.exclude_device_ids).toEqual(['33B120000000']);
  });

  it.each([30, 60, 300, 600, 900, 1200, 1800, 3600])('takes %i seconds', (upload_frequency_seconds) => {
    expect(meters({ upload_frequency_seconds })).toEqual([]);
  });

  it.each([1, 5, 10, 15, 20, 30, 60, 1440])('takes %i minutes', (upload_frequency_minutes) => {
    expect(meters({ upload_frequency_minutes })).toEqual([]);
  });

  it.each([
    { upload_frequency_seconds: 45 },
    { upload_frequency_minutes: 2 },
    { upload_frequency_seconds_by_device: { '33B1225950027': 45 } },
    { upload_frequency_seconds_by_device: { 'a/b': 30 } },
    { expire_after_factor: 1 },
    { duplicate_dict_max_length: 0 },
    { per_phase_groups: ['heat'] },
    { per_phase_device_ids: ['short'] },
    { exclude_device_ids: [3071225900001] },
    ...['', '/', 'a/', '/a', 'a//b', 'a+', '#', '$a', 'a\0'].map((context) => ({
      device_contexts: { '33B1225950027': context },
    })),
  ])('refuses %j', (section) => {
    expect(meters(section)).toHaveLength(1);
  });

  it('says what would be right', () => {
    expect(meters({ exclude_device_ids: [3071225900001] })).toEqual([
      'kpm33b_meters.exclude_device_ids.0: must be 8 to 20 letters and digits, in quotes: "33B1225950027"',
    ]);
  });

  it('takes contexts of several levels, with blanks and any letters', () => {
    expect(meters({ device_contexts: { '33B1225950027': 'Carport/Wallbox Zähler {1}' } })).toEqual([]);
  });

  it('refuses the main topic of Home Assistant, and one topic for both kinds of data', () => {
    expect(problems({ central_broker_topics: { external_main_topic: 'homeassistant' } })).toHaveLength(1);
    expect(problems({ internal_broker_topics: { meter_minutes_data: 'MQTT_RT_DATA' } })).toHaveLength(1);
  });
});
