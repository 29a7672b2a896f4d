import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, conformanceReason } from '../conformance.ts';

export interface KeyRule {
  readonly type: string;
  readonly values?: readonly string[];
}
export type KeyRules = Readonly<Record<string, KeyRule>>;

interface ComponentRules {
  readonly required: readonly string[];
  readonly keys: KeyRules;
  readonly forbidden_values?: Readonly<Record<string, readonly string[]>>;
}

interface DiscoveryKeys {
  readonly topic: { readonly component_regex: string; readonly id_regex: string };
  readonly components_supported: readonly string[];
  readonly root_device_discovery: {
    readonly required: readonly string[];
    readonly optional: readonly string[];
  };
  readonly device: {
    readonly at_least_one_of: readonly string[];
    readonly keys: Readonly<Record<string, string>>;
  };
  readonly origin: { readonly required: readonly string[]; readonly keys: Readonly<Record<string, string>> };
  readonly common_keys: KeyRules;
  readonly components: Readonly<Record<string, ComponentRules>>;
  readonly removed_or_deprecated: Readonly<Record<string, string>>;
}

export interface SensorClass {
  /** null: without unit. `ISO4217`: any currency code. */
  readonly units: readonly (string | null)[];
  readonly units_conservative: readonly (string | null)[];
  readonly state_classes: readonly string[];
  readonly numeric: boolean;
}

interface SensorClasses {
  readonly state_classes_all: readonly string[];
  readonly state_class_units: Readonly<Record<string, readonly string[]>>;
  readonly device_classes: Readonly<Record<string, SensorClass>>;
}

type Abbreviations = Readonly<Record<'entity' | 'device' | 'origin', Readonly<Record<string, string>>>>;

/** What Home Assistant accepts, read from the conformance data. */
export interface HomeAssistantTables {
  readonly keys: DiscoveryKeys;
  readonly sensors: SensorClasses;
  readonly binarySensors: { readonly device_classes: Readonly<Record<string, unknown>> };
  readonly abbreviations: Abbreviations;
  readonly rules: { readonly rules: readonly { readonly id: string }[] };
}

let tables: HomeAssistantTables | undefined;

/** @throws Error where the conformance data is absent: ask `conformancePath` first */
export function homeAssistantTables(): HomeAssistantTables {
  tables ??= loadTables();
  return tables;
}

function loadTables(): HomeAssistantTables {
  const folder = conformancePath('homeassistant');
  if (folder === null) throw new Error(conformanceReason('homeassistant'));
  const load = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return {
    keys: load('discovery-keys'),
    sensors: load('sensor-device-classes'),
    binarySensors: load('binary-sensor-device-classes'),
    abbreviations: load('abbreviations'),
    rules: load('rules'),
  };
}
