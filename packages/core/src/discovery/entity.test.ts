import { conformancePath, conformanceReason, homeAssistantTables, violations } from '@meterbridge/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { house as unknownHouse } from '../model/house.fixture.ts';
import type { Control, Measurement, Meter } from '../model/index.ts';
import type { Message } from '../mqtt/index.ts';
import { bridgeDeviceMessage } from './bridge-device.ts';
import { type DiscoverySettings, deviceMessage, removal } from './entity.ts';
import { topics } from './topics.fixture.ts';

const settings: DiscoverySettings = {
  app: 'dsmr-bridge',
  version: '1.2.3',
  supportUrl: 'https://example.org/help',
  topics,
  output: 'both',
  qos: 1,
};
const house: Meter = {
  ...unknownHouse,
  uniqueId: '4530303034303031',
  serialNumber: '4530303034303031',
  manufacturer: 'Landis+Gyr',
  model: 'E350',
};
const gas: Meter = { ...house, id: 'main_gas', name: 'Gas', uniqueId: 'G1', via: house };

const level: Control = {
  key: 'level',
  name: 'Level',
  kind: 'select',
  options: ['low', 'high'],
  inInfo: 'level',
};

const energy: Measurement = {
  key: 'energy',
  name: 'Energy',
  unit: 'kWh',
  deviceClass: 'energy',
  stateClass: 'total_increasing',
  precision: 3,
};
const everyKind: readonly Measurement[] = [
  energy,
  {
    key: 'voltage_l1',
    name: 'Voltage L1',
    unit: 'V',
    deviceClass: 'voltage',
    stateClass: 'measurement',
    precision: 0,
    disabledByDefault: true,
  },
  {
    key: 'power_factor',
    name: 'Power factor',
    unit: null,
    deviceClass: 'power_factor',
    stateClass: 'measurement',
  },
  { key: 'tariff', name: 'Tariff', unit: null, deviceClass: 'enum', options: ['low', 'normal'] },
  {
    key: 'power_failures',
    name: 'Power failures',
    unit: null,
    stateClass: 'total_increasing',
    diagnostic: true,
  },
  { key: 'message', name: 'Message', unit: null, diagnostic: true },
  { key: 'peak_time', name: 'Time of peak', unit: null, deviceClass: 'timestamp' },
  { key: 'heat_index', name: 'Heat index', unit: 'm³·°C', stateClass: 'total_increasing' },
  { key: 'failure_log', name: 'Failure log', unit: null, unannounced: true },
];

const byKey = (measurements: readonly Measurement[]) => new Map(measurements.map((one) => [one.key, one]));
const announce = (
  measurements: readonly Measurement[],
  {
    meter = house,
    expireAfterS = 300,
    removed = [],
    ...changes
  }: Partial<DiscoverySettings> & {
    meter?: Meter;
    expireAfterS?: number | null;
    removed?: readonly string[];
  } = {},
): Message =>
  deviceMessage(
    { ...settings, ...changes },
    { meter, measurements: byKey(measurements), expireAfterS },
    removed,
  );
const bodyOf = ({ payload }: Message) => JSON.parse(payload);

describe('the message of a meter', () => {
  it('announces the device, where it is reached, and each value of its JSON', () => {
    const message = announce([energy]);
    expect(message).toMatchObject({
      topic: 'homeassistant/device/dsmr-bridge/4530303034303031/config',
      qos: 1,
      retain: true,
    });
    expect(bodyOf(message)).toEqual({
      device: {
        identifiers: ['dsmr-bridge_4530303034303031'],
        name: 'House',
        manufacturer: 'Landis+Gyr',
        model: 'E350',
        serial_number: '4530303034303031',
        via_device: 'dsmr-bridge',
      },
      origin: { name: 'dsmr-bridge', sw_version: '1.2.3', support_url: 'https://example.org/help' },
      availability: [
        { topic: 'meters/bridge/dsmr-bridge/state' },
        { topic: 'meters/dsmr/main/availability' },
      ],
      availability_mode: 'all',
      state_topic: 'meters/dsmr/main',
      qos: 1,
      components: {
        energy: {
          platform: 'sensor',
          unique_id: 'dsmr-bridge_4530303034303031_energy',
          name: 'Energy',
          value_template: '{{ value_json.energy }}',
          device_class: 'energy',
          unit_of_measurement: 'kWh',
          state_class: 'total_increasing',
          suggested_display_precision: 3,
          expire_after: 300,
        },
        time: {
          platform: 'sensor',
          unique_id: 'dsmr-bridge_4530303034303031_time',
          name: 'Last reading',
          value_template: '{{ value_json.time }}',
          device_class: 'timestamp',
          entity_category: 'diagnostic',
        },
        reachable: {
          platform: 'binary_sensor',
          unique_id: 'dsmr-bridge_4530303034303031_reachable',
          name: 'Reachable',
          state_topic: 'meters/dsmr/main/availability',
          payload_on: 'online',
          payload_off: 'offline',
          device_class: 'connectivity',
          entity_category: 'diagnostic',
          availability: [{ topic: 'meters/bridge/dsmr-bridge/state' }],
        },
      },
    });
  });

  it('names the meter that this one is read through', () => {
    expect(bodyOf(announce([], { meter: gas })).device.via_device).toBe('dsmr-bridge_4530303034303031');
  });

  it('gives each value its own topic where no JSON is published', () => {
    const body = bodyOf(announce(everyKind, { output: 'attributes' }));
    expect(body.state_topic).toBeUndefined();
    expect(body.components.time).toBeUndefined();
    expect(body.components.energy.state_topic).toBe('meters/dsmr/main/energy');
    expect(body.components.energy.value_template).toBeUndefined();
  });

  it('says which entities are diagnostics, switched off at first, or one of a few texts', () => {
    const { components } = bodyOf(announce(everyKind));
    expect(components.message.entity_category).toBe('diagnostic');
    expect(components.voltage_l1.enabled_by_default).toBe(false);
    expect(components.tariff.options).toEqual(['low', 'normal']);
    expect(components.energy).not.toHaveProperty('entity_category');
    expect(components.energy).not.toHaveProperty('enabled_by_default');
  });

  it('leaves out what another measurement tells already', () => {
    expect(Object.keys(bodyOf(announce(everyKind)).components)).not.toContain('failure_log');
  });

  it('names no state topic and no last reading for a meter that has published nothing yet', () => {
    const body = bodyOf(announce([]));
    expect(body).not.toHaveProperty('state_topic');
    expect(Object.keys(body.components)).toEqual(['reachable']);
  });

  it('lets values expire after whole seconds, or never', () => {
    expect(bodyOf(announce([energy], { expireAfterS: 62.5 })).components.energy.expire_after).toBe(63);
    expect(bodyOf(announce([energy], { expireAfterS: null })).components.energy).not.toHaveProperty(
      'expire_after',
    );
  });

  it('keeps a key from being taken for a method or an expression of the template', () => {
    const odd = ['items', 'values', '2nd', 'a b', '"}}{{'].map((key) => ({ ...energy, key }));
    const { components } = bodyOf(announce(odd));
    expect(odd.map(({ key }) => components[key].value_template)).toEqual([
      '{{ value_json["items"] }}',
      '{{ value_json["values"] }}',
      '{{ value_json["2nd"] }}',
      '{{ value_json["a b"] }}',
      '{{ value_json["\\"}}{{"] }}',
    ]);
  });

  it('cuts texts to what Home Assistant takes for a state, wherever they come from', () => {
    const templateOf = (key: string, output: DiscoverySettings['output']) =>
      bodyOf(announce(everyKind, { output })).components[key].value_template;
    expect(templateOf('message', 'both')).toBe('{{ (value_json.message | string)[:255] }}');
    expect(templateOf('message', 'attributes')).toBe('{{ value[:255] }}');
    for (const key of ['energy', 'power_factor', 'tariff', 'power_failures', 'peak_time'])
      expect([templateOf(key, 'json'), templateOf(key, 'attributes')]).toEqual([
        `{{ value_json.${key} }}`,
        undefined,
      ]);
  });

  it('orders the removal of an entity by its platform alone', () => {
    const { components } = bodyOf(announce([energy], { removed: ['power'] }));
    expect(components.power).toEqual({ platform: 'sensor' });
    expect(components.energy.name).toBe('Energy');
  });
});

describe('the message of the bridge', () => {
  it('announces the app as the device that all meters hang on', () => {
    const message = bridgeDeviceMessage({ ...settings, controls: [level] });
    expect(message.topic).toBe('homeassistant/device/dsmr-bridge/dsmr-bridge/config');
    expect(bodyOf(message)).toMatchObject({
      device: { identifiers: ['dsmr-bridge'], name: 'dsmr-bridge', sw_version: '1.2.3' },
      components: {
        reachable: { unique_id: 'dsmr-bridge_reachable', state_topic: 'meters/bridge/dsmr-bridge/state' },
        uptime_s: {
          state_topic: 'meters/bridge/dsmr-bridge/info',
          value_template: '{{ value_json.uptime_s }}',
        },
        set_level: {
          platform: 'select',
          unique_id: 'dsmr-bridge_set_level',
          command_topic: 'meters/bridge/dsmr-bridge/level/set',
          state_topic: 'meters/bridge/dsmr-bridge/info',
          value_template: '{{ value_json.level }}',
          options: ['low', 'high'],
        },
      },
    });
  });
});

it('takes a retained message back with an empty one', () => {
  expect(removal('a/b')).toEqual({ topic: 'a/b', payload: '', qos: 1, retain: true });
});

const hasTables = conformancePath('homeassistant') !== null;
const broken = ({ topic, payload, ...context }: Message, publishIntervalS = 10): string[] =>
  violations(topic, payload, { ...context, publishIntervalS });

describe(`Home Assistant's rules${hasTables ? '' : `: ${conformanceReason('homeassistant')}`}`, () => {
  const holds = it.skipIf(!hasTables);

  holds.each(['json', 'attributes', 'both'] as const)(
    'are kept by every kind of measurement as %s',
    (output) => {
      expect(broken(announce(everyKind, { output }))).toEqual([]);
    },
  );

  holds('are kept by the bridge, a child, a meter without values, and removals', () => {
    const messages = [
      bridgeDeviceMessage({ ...settings, controls: [level] }),
      announce([energy], { meter: gas }),
      announce([]),
      announce([energy], { removed: ['power'] }),
      removal(topics.discovery('G1')),
    ];
    expect(messages.flatMap((message) => broken(message))).toEqual([]);
  });

  holds('would be broken by values that expire before the next reading', () => {
    expect(broken(announce([energy], { expireAfterS: 20 }))).toEqual(['E1']);
  });

  holds.each([
    'Meter "quoted" \'twice\' \\',
    'Zähler für Wärme',
    '電力計 ⚡️🏠',
    '{{ states }}',
    'House',
    'House house energy',
  ])('are kept by the name %s', (name) => {
    const message = announce([{ ...energy, name }], { meter: { ...house, name: 'House' } });
    expect(broken(message)).toEqual([]);
    expect(broken(announce(everyKind, { meter: { ...house, name } }))).toEqual([]);
  });

  holds('are kept whatever a meter is called and whatever its ids hold', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, text, (id, uniqueId, name, entity) => {
        const meter = { ...house, id, uniqueId, name };
        expect(
          broken(announce([{ ...energy, name: entity }, energy], { meter, output: 'attributes' })),
        ).toEqual([]);
      }),
    );
  });

  holds('are kept by any measurement with a class, unit and state class that go together', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(measurement(), { selector: ({ key }) => key, maxLength: 8 }),
        (measurements) => {
          const message = announce(measurements);
          expect(broken(message)).toEqual([]);
          const announced = measurements.filter(({ unannounced }) => !unannounced);
          const fixed = measurements.length > 0 ? 2 : 1;
          expect(Object.keys(bodyOf(message).components)).toHaveLength(announced.length + fixed);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Any measurement that Home Assistant's own tables allow. */
function measurement(): fc.Arbitrary<Measurement> {
  const { device_classes: classes } = homeAssistantTables().sensors;
  const stateClasses = ['measurement', 'total', 'total_increasing'] as const;
  return fc
    .record({
      key: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/).filter((key) => key !== 'time' && key !== 'reachable'),
      name: fc.string({ minLength: 1, maxLength: 40 }),
      precision: fc.option(fc.nat(6), { nil: undefined }),
      deviceClass: fc.constantFrom(...Object.keys(classes)),
      flags: fc.record({
        diagnostic: fc.boolean(),
        disabledByDefault: fc.boolean(),
        unannounced: fc.boolean(),
      }),
      pick: fc.nat(1000),
    })
    .map(({ key, name, precision, deviceClass, flags, pick }) => {
      const { units = [], state_classes: allowed = [] } = classes[deviceClass] ?? {};
      const unit = units[pick % units.length] ?? null;
      const stateClass = stateClasses.filter((known) => allowed.includes(known))[pick % 3];
      return {
        key,
        name,
        unit: unit === 'ISO4217' ? 'EUR' : unit,
        deviceClass,
        ...flags,
        ...(stateClass && { stateClass }),
        ...(precision !== undefined && { precision }),
        ...(deviceClass === 'enum' && { options: ['a', 'b'] }),
      };
    });
}
