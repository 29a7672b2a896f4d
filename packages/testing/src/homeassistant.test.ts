import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conformancePath, conformanceReason } from './conformance.ts';
import { violations } from './homeassistant.ts';

interface Vector {
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  readonly violations: readonly string[];
  readonly context?: { readonly publish_interval_s: number };
}

const folder = conformancePath('homeassistant');
const read = (name: string) => JSON.parse(readFileSync(join(folder ?? '', name), 'utf8'));
const vectors: readonly Vector[] = folder === null ? [] : read('vectors.json').vectors;

describe('the discovery validator', () => {
  if (folder === null)
    return it('agrees with the vectors', ({ skip }) => skip(conformanceReason('homeassistant')));

  it.each(vectors)('finds in $id exactly $violations', (vector) => {
    const payload = typeof vector.payload === 'string' ? vector.payload : JSON.stringify(vector.payload);
    const context = vector.context ? { publishIntervalS: vector.context.publish_interval_s } : {};
    expect(violations(vector.topic, payload, context).sort()).toEqual([...vector.violations].sort());
  });

  it('reports only rules that the rule list names', () => {
    const known: readonly string[] = read('rules.json').rules.map(({ id }: { id: string }) => id);
    const found = vectors.flatMap(({ topic, payload }) =>
      violations(topic, JSON.stringify(payload), { qos: 0 }),
    );
    expect(found.filter((id) => !known.includes(id))).toEqual([]);
    expect(found).toContain('T2');
  });
});

describe.skipIf(folder === null)('the discovery validator beyond the vectors', () => {
  const component = {
    platform: 'sensor',
    unique_id: 'm_1_power',
    name: 'Power',
    value_template: '{{ value_json.power }}',
  };
  const message = {
    device: { identifiers: ['m_1'], name: 'Meter' },
    origin: { name: 'bridge' },
    availability: [{ topic: 'meters/bridge/state' }, { topic: 'meters/m/1/availability' }],
    availability_mode: 'all',
    state_topic: 'meters/m/1',
    components: { power: component },
  };
  const found = (changes: object, own: object = {}): string[] =>
    violations(
      'homeassistant/device/bridge/m_1/config',
      JSON.stringify({ ...message, components: { power: { ...component, ...own } }, ...changes }),
    );

  it('finds nothing in a good message', () => expect(found({})).toEqual([]));

  it.each([
    ['a number given as text', { suggested_display_precision: '3' }, ['C1']],
    ['a time limit of zero', { expire_after: 0 }, ['C1']],
    ['an unknown state class', { state_class: 'rising' }, ['C1']],
    ['an empty state topic', { state_topic: '' }, ['P2']],
    ['a state topic with a misplaced wildcard', { state_topic: 'a/#/b' }, ['P2']],
    ['a device in a component', { device: { identifiers: 'x' } }, ['K1']],
    ['availability of its own with one topic', { availability: [{ topic: 'a' }] }, ['V1']],
    ['an availability item without topic', { availability: [{}, { topic: 'a' }] }, ['P2']],
    ['a unit without any class', { unit_of_measurement: 'm³·°C' }, ['M1']],
    ['an angle in another unit', { state_class: 'measurement_angle', unit_of_measurement: 'rad' }, ['U1']],
    ['a name that is the name of the device', { name: 'meter' }, ['N1']],
    ['a platform that does not exist', { platform: 'sensors' }, ['D3']],
  ])('refuses %s', (_, own, rules) => expect(found({}, own)).toEqual(rules));

  it.each([
    ['a word that merely begins like the device', { name: 'Metering point' }],
    [
      'connectivity with an availability of its own',
      { platform: 'binary_sensor', device_class: 'connectivity', availability: [{ topic: 'a' }] },
    ],
    ['a currency', { device_class: 'monetary', unit_of_measurement: 'SEK', state_class: 'total' }],
  ])('accepts %s', (_, own) => expect(found({}, own)).toEqual([]));

  it.each([
    ['an unknown key at the root', { stat_topic: 'a' }, ['K1']],
    ['a device without any id', { device: { identifiers: [], name: 'x' } }, ['D1']],
    ['an unknown key of the device', { device: { identifiers: 'm_1', serial: '1' } }, ['K1']],
    ['a support address that is none', { origin: { name: 'bridge', support_url: 'docs' } }, ['O1']],
    ['two components with one unique id', { components: { a: component, b: component } }, ['I1']],
    ['a wrong quality of service', { qos: 3 }, ['C1']],
  ])('refuses %s', (_, changes, rules) => expect(found(changes)).toEqual(rules));

  it.each([
    'homeassistant/device/config',
    'homeassistant/device/a/b/c/config',
    'homeassistant/device/a/b',
    'homeassistant/device//config',
  ])('refuses the topic %s', (topic) => expect(violations(topic, '')).toEqual(['T1']));
});
