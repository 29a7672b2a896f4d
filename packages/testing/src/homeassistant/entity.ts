import { type Check, checkKeys } from './check.ts';
import type { KeyRules } from './tables.ts';
import { isObject, isText, isTopic, type Json } from './values.ts';

/** An entity: its own keys, and all of them, with what it inherits from the message. */
export interface Entity {
  readonly component: string;
  readonly own: Json;
  readonly all: Json;
  readonly device: Json;
}

export function checkEntity(check: Check, entity: Entity, common: KeyRules): void {
  const { demand, tables, context } = check;
  const { component, own, all, device } = entity;
  const rules = tables.keys.components[component];
  if (rules) {
    checkKeys(check, own, { ...common, ...rules.keys });
    demand(
      'P1',
      rules.required.every((key) => all[key] !== undefined),
    );
    for (const [key, refused] of Object.entries(rules.forbidden_values ?? {})) {
      demand('C2', !refused.some((value) => value === all[key]));
    }
  }
  checkAvailability(check, entity);
  demand('N1', !repeats(own.name, device.name));
  const { expire_after: expireAfter } = all;
  demand('E1', typeof expireAfter !== 'number' || expireAfter >= 2.5 * (context.publishIntervalS ?? 0));
  if (component === 'sensor') checkSensor(check, all);
}

/** Whether an entity's name begins with the whole words of the device's name. */
function repeats(name: unknown, device: unknown): boolean {
  if (!isText(name) || !isText(device) || device === '') return false;
  const isPrefix = name.slice(0, device.length).toLowerCase() === device.toLowerCase();
  return isPrefix && !/^[\p{L}\p{N}]/u.test(name.slice(device.length));
}

function checkAvailability({ demand }: Check, { component, all }: Entity): void {
  const { availability, availability_mode: mode, device_class: deviceClass } = all;
  demand('A1', availability === undefined || all.availability_topic === undefined);
  const items = Array.isArray(availability) ? availability : [];
  for (const item of items) demand('P2', isObject(item) && isTopic(item.topic, true));
  // An entity that shows whether something can be reached must not vanish when it cannot.
  if (component === 'binary_sensor' && deviceClass === 'connectivity') return;
  const topics = new Set(items.map((item) => (isObject(item) ? item.topic : undefined)));
  demand('V1', topics.size >= 2 && mode === 'all');
}

function checkSensor(check: Check, all: Json): void {
  const { demand } = check;
  const {
    device_class: deviceClass,
    state_class: stateClass,
    unit_of_measurement: unit = null,
    options,
  } = all;
  checkUnit(check, all, unit);
  if (options !== undefined) {
    demand('S2', deviceClass === 'enum' && Array.isArray(options) && options.length > 0);
    demand('S2', !isText(stateClass) && unit === null);
  }
  demand('S3', all.last_reset_value_template === undefined || stateClass === 'total');
}

function checkUnit({ tables, demand }: Check, all: Json, unit: unknown): void {
  const { device_class: deviceClass, state_class: stateClass } = all;
  const allows = (units: readonly unknown[]): boolean => units.includes(unit);
  const info = isText(deviceClass) ? tables.sensors.device_classes[deviceClass] : undefined;
  if (info) {
    const isCurrency = info.units.includes('ISO4217') && isText(unit) && /^[A-Z]{3}$/.test(unit);
    demand('U1', unit === null || isCurrency || allows(info.units));
    demand('U2', unit !== null || !info.numeric || allows(info.units));
    const isUnknown = !tables.sensors.state_classes_all.some((known) => known === stateClass);
    demand('S1', isUnknown || info.state_classes.some((allowed) => allowed === stateClass));
  }
  // A quantity of no class of Home Assistant's still wants a graph.
  if (!isText(deviceClass)) demand('M1', unit === null || isText(stateClass));
  const ofStateClass = isText(stateClass) ? tables.sensors.state_class_units[stateClass] : undefined;
  demand('U1', !ofStateClass || allows(ofStateClass));
}
