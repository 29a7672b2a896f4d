import { conformancePath, violations } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { discoveryMessages } from './discovery.ts';
import { PER_PHASE_GROUPS } from './measurements.ts';

const ID = '33B1225950027';
const settings = {
  secondsTopic: 'MQTT_RT_DATA',
  minutesTopic: 'MQTT_ENY_NOW',
  mainTopic: 'kpm33b',
  discoveryPrefix: 'homeassistant',
  meters: {
    uploadSeconds: 60,
    uploadSecondsByMeter: new Map<string, number>(),
    uploadMinutes: 1,
    expireAfterFactor: 2.5,
    perPhaseMeters: new Set([ID]),
    perPhaseGroups: new Set(PER_PHASE_GROUPS),
    excluded: new Set<string>(),
    rememberedTimes: 30,
    contexts: new Map<string, string>(),
  },
};

describe.skipIf(conformancePath('homeassistant') === null)('what Home Assistant is told of a KPM33B', () => {
  it.each(discoveryMessages(settings, ID).map(({ topic, payload }) => [topic, payload] as const))(
    'is as it wants it: %s',
    (topic, payload) => {
      expect(payload).not.toBe('');
      // What the corpus of KPM33B fixes has no origin (B1) and no availability (V1): a value is gone by expire_after.
      expect(violations(topic, payload)).toEqual(['B1', 'V1']);
    },
  );
});
