import { Decimal } from '@meterbridge/core/codec';
import type { Layout } from '@meterbridge/core/discovery';
import { type Meter, type Value, valueToPlain } from '@meterbridge/core/model';
import type { Message } from '@meterbridge/core/mqtt';
import type { Production } from '../protocol/production.ts';
import { DTU_ENTITIES, INVERTER_ENTITIES, type OldEntity, PORT_ENTITIES } from './entities.ts';
import { heardSums } from './heard.ts';

/** Part of every id that Home Assistant knows, and of the topics. */
const APP = 'hoymiles_mqtt';
const PORT_KEY = /^port_(\d+)_/;

export interface LayoutSettings {
  /** First level of all topics, those of values too. */
  readonly prefix: string;
  /** What is configured of the DTU with this id. */
  readonly dtuOf: (id: string) => DtuSettings | undefined;
}

interface DtuSettings {
  /** Milliseconds. */
  readonly expire_after?: number | undefined;
  readonly entity_friendly_names: Readonly<Record<string, string>>;
}

/** A DTU, an inverter, or a port: what had one topic of values. */
interface Part {
  readonly entities: readonly OldEntity[];
  /** `DTU`, `inv`, `port_1`: a part of the ids. */
  readonly role: string;
  /** In front of the keys of its measurements. */
  readonly keyPrefix: string;
  /** Level of the topic below the serial number. */
  readonly level: string;
}

/** Topics, ids and units of hoymiles-mqtt, so that Home Assistant goes on with the entities it has. */
export function oldLayout(settings: LayoutSettings): Layout {
  return {
    app: [],
    announcements: ({ meter, measurements }) =>
      partsOf(meter, [...measurements.keys()]).flatMap((part) =>
        part.entities
          .filter(({ key }) => measurements.has(part.keyPrefix + key))
          .map((entity) => announcement(settings, meter, part, entity)),
      ),
    states: ({ meter, values }) => {
      const told = new Map(values.map(({ measurement, value }) => [measurement.key, value]));
      return partsOf(meter, [...told.keys()]).map((part) => state(settings, meter, part, told));
    },
  };
}

function partsOf(meter: Meter, keys: readonly string[]): readonly Part[] {
  if (meter.via === null) return [{ entities: DTU_ENTITIES, role: 'DTU', keyPrefix: '', level: '' }];
  const ports = new Set(keys.flatMap((key) => PORT_KEY.exec(key)?.[1] ?? []));
  const inverter: Part = { entities: INVERTER_ENTITIES, role: 'inv', keyPrefix: '', level: '' };
  const parts = Array.from(ports, (port): Part => {
    const role = `port_${port}`;
    return { entities: PORT_ENTITIES, role, keyPrefix: `${role}_`, level: `/${port}` };
  });
  // Meters behind a DTU have nothing that was known before.
  return [inverter, ...parts].filter(({ entities, keyPrefix }) =>
    entities.some(({ key }) => keys.includes(keyPrefix + key)),
  );
}

function announcement(settings: LayoutSettings, meter: Meter, part: Part, entity: OldEntity): Message {
  const { uniqueId: serial, via } = meter;
  const { role, keyPrefix } = part;
  const { key, deviceClass, unit, stateClass, isBinary, neverExpires } = entity;
  const dtu = settings.dtuOf((via ?? meter).id);
  const expireAfterMs = neverExpires ? undefined : dtu?.expire_after;
  const topic = stateTopic(settings, meter, part);
  const payload = {
    device: {
      name: `${via ? 'inv' : 'DTU'}_${serial}`,
      identifiers: [`${APP}_${serial}`],
      manufacturer: 'Hoymiles',
    },
    name: dtu?.entity_friendly_names[key] ?? keyPrefix + key,
    unique_id: `${APP}_${role}_${serial}_${key}`,
    state_topic: topic,
    value_template: `{{ iif(value_json.${key} is defined, value_json.${key}, '') }}`,
    availability_topic: topic,
    availability_template: `{{ iif(value_json.${key} is defined, 'online', 'offline') }}`,
    device_class: deviceClass,
    unit_of_measurement: unit,
    state_class: stateClass,
    // A text, as it always was.
    expire_after: expireAfterMs === undefined ? undefined : String(Math.ceil(expireAfterMs / 1000)),
  };
  const platform = isBinary ? 'binary_sensor' : 'sensor';
  return {
    topic: `${settings.prefix}/${platform}/${serial}/${role}_${key}/config`,
    payload: JSON.stringify(payload),
    qos: 0,
    retain: true,
  };
}

function state(
  settings: LayoutSettings,
  meter: Meter,
  part: Part,
  told: ReadonlyMap<string, Value>,
): Message {
  const heard = part.role === 'DTU' ? heardSums.get(meter) : undefined;
  const values = part.entities.flatMap((entity) => {
    const value = heard && entity.unit === 'Wh' ? plantEnergy(entity, heard) : oldValue(entity, part, told);
    return value === null ? [] : [[entity.key, valueToPlain(value)] as const];
  });
  const payload = JSON.stringify(Object.fromEntries(values));
  return { topic: stateTopic(settings, meter, part), payload, qos: 0, retain: false };
}

/** null: left out, which makes the entity unavailable; so are energies of 0. */
function plantEnergy({ key }: OldEntity, { today, total }: Production): Value {
  const wattHours = key === 'today_production' ? today : total;
  return wattHours ? new Decimal(wattHours) : null;
}

function oldValue({ key, unit }: OldEntity, { keyPrefix }: Part, told: ReadonlyMap<string, Value>): Value {
  const value = told.get(keyPrefix + key);
  if (value === undefined) return null;
  if (unit !== 'Wh') return value;
  if (value instanceof Decimal) return value.shift(3);
  // As long as a port was never reached, its DTU tells zeros, which were never left out.
  const isSilent = told.get('operating_status')?.toString() === '0';
  return isSilent && told.get(`${keyPrefix}today_production`) === null ? new Decimal(0) : null;
}

function stateTopic({ prefix }: LayoutSettings, { uniqueId }: Meter, { level }: Part): string {
  return `${prefix}/${APP}/${uniqueId}${level}/state`;
}
