import { bySerial, type DtuEntry, intervalMsOf } from './config.ts';
import type { PlantSettings } from './readings.ts';

/** What the configuration says of the readings of a DTU. */
export function settingsOf(entry: DtuEntry): PlantSettings {
  const { id, name, timezone, exclude_inverters, inverter_entities, port_entities } = entry;
  return {
    id,
    name,
    timezone,
    resetHour: entry.reset_hour,
    intervalMs: intervalMsOf(entry),
    excluded: new Set(exclude_inverters.map((serial) => serial.toLowerCase())),
    inverterKeys: inverter_entities ? new Set(inverter_entities) : null,
    portKeys: port_entities ? new Set(port_entities) : null,
    multipliers: entry.value_multipliers,
    names: entry.entity_friendly_names,
    rated: bySerial(entry.rated_power),
    isMeterReversed: entry.meter_direction === 'reversed',
  };
}
