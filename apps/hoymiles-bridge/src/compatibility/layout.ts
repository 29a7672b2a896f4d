import { Decimal } from '@meterbridge/core/codec';
import type { Layout } from '@meterbridge/core/discovery';
import { type Meter, type Reading, type Value, valueToPlain } from '@meterbridge/core/model';
import type { Message } from '@meterbridge/core/mqtt';
import { isPlantReading } from '../meters/plant-reading.ts';
import { DTU_ENTITIES, INVERTER_ENTITIES, type OldEntity, PORT_ENTITIES } from './entities.ts';

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
    states: (reading) => {
      const told = toldIn(reading);
      return partsOf(reading.meter, [...told.keys()]).map((part) =>
        state(settings, reading.meter, part, told),
      );
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

/** Values by key. */
function toldIn(reading: Reading): ReadonlyMap<string, Value> {
  const values = isPlantReading(reading) ? [...reading.values, ...reading.heard] : reading.values;
  return new Map(values.map(({ measurement, value }) => [measurement.key, value]));
}

function state(
  settings: LayoutSettings,
  meter: Meter,
  part: Part,
  told: ReadonlyMap<string, Value>,
): Message {
  const values = part.entities.flatMap((entity) => {
    const value = oldValue(entity, part, told);
    return value === null ? [] : [[entity.key, valueToPlain(value)] as const];
  });
  const payload = JSON.stringify(Object.fromEntries(values));
  return { topic: stateTopic(settings, meter, part), payload, qos: 0, retain: false };
}

/** null: left out, which makes the entity unavailable; so are energies of a plant that are 0. */
function oldValue({ key, unit }: OldEntity, part: Part, told: ReadonlyMap<string, Value>): Value {
  const value = told.get(part.keyPrefix + key) ?? null;
  if (unit !== 'Wh') return value;
  if (part.role === 'DTU') return value instanceof Decimal && value.toNumber() > 0 ? value.shift(3) : null;
  return value instanceof Decimal ? value.shift(3) : unheard(part, told);
}

/** As long as a port was never reached, its DTU tells zeros, which were never left out. */
function unheard({ keyPrefix }: Part, told: ReadonlyMap<string, Value>): Decimal | null {
  const isSilent = told.get('operating_status')?.toString() === '0';
  return isSilent && told.get(`${keyPrefix}today_production`) === null ? new Decimal(0) : null;
}

function stateTopic({ prefix }: LayoutSettings, { uniqueId }: Meter, { level }: Part): string {
  return `${prefix}/${APP}/${uniqueId}${level}/state`;
}
