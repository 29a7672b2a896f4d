import type { Control } from '../model/index.ts';
import { BRIDGE, type Message } from '../mqtt/index.ts';
import { controlAt } from './control.ts';
import { connectivity, type DiscoverySettings, discoveryMessage } from './entity.ts';
import { valueTemplate } from './name.ts';

interface InfoSensor {
  /** Its place in the info. */
  readonly key: string;
  readonly name: string;
  /** Instead of the value itself. */
  readonly template?: string;
  readonly unit?: string;
  readonly deviceClass?: string;
  readonly stateClass?: string;
}

/** What the bridge tells of itself on its info topic. */
const SENSORS: readonly InfoSensor[] = [
  { key: 'started', name: 'Started', deviceClass: 'timestamp' },
  { key: 'uptime_s', name: 'Uptime', unit: 's', deviceClass: 'duration', stateClass: 'measurement' },
  { key: 'version', name: 'Version' },
  { key: 'ip_address', name: 'IP address' },
  {
    key: 'meters',
    name: 'Meters',
    template: '{{ value_json.meters | length }}',
    stateClass: 'measurement',
  },
  {
    key: 'meters_online',
    name: 'Meters online',
    template: '{{ value_json.meters | selectattr("online") | list | length }}',
    stateClass: 'measurement',
  },
  {
    key: 'waiting',
    name: 'Messages waiting',
    template: '{{ value_json.messages.waiting }}',
    stateClass: 'measurement',
  },
];

/** Announces the app itself: the device that its meters are connected through. */
export function bridgeDeviceMessage(settings: DiscoverySettings): Message {
  const { app, version, topics, qos, controls = [] } = settings;
  const own = {
    // The bridge is there, and has told how it is.
    availability: [
      { topic: topics.bridgeState },
      { topic: topics.bridgeInfo, value_template: "{{ 'online' if value_json.version else 'offline' }}" },
    ],
    availability_mode: 'all',
    state_topic: topics.bridgeInfo,
  };
  return discoveryMessage(settings, app, {
    device: { identifiers: [app], name: app, manufacturer: 'Meterbridge', sw_version: version },
    qos,
    components: {
      ...Object.fromEntries(SENSORS.map((sensor) => [sensor.key, { ...sensorOf(app, sensor), ...own }])),
      ...Object.fromEntries(
        controls.map((control) => [`set_${control.key}`, { ...controlOfApp(settings, control), ...own }]),
      ),
      reachable: connectivity(app, app, topics.bridgeState),
    },
  });
}

function sensorOf(app: string, { key, name, template, unit, deviceClass, stateClass }: InfoSensor) {
  return {
    platform: 'sensor',
    unique_id: `${app}_${key}`,
    name,
    value_template: template ?? valueTemplate(key),
    unit_of_measurement: unit,
    device_class: deviceClass,
    state_class: stateClass,
    entity_category: 'diagnostic',
  };
}

function controlOfApp({ app, topics }: DiscoverySettings, control: Control) {
  const state = control.inInfo === undefined ? null : { value_template: valueTemplate(control.inInfo) };
  const commandTopic = topics.command({ type: BRIDGE, id: app }, control.key);
  return controlAt(control, { deviceId: app, deviceName: app, commandTopic, state });
}
