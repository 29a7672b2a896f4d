import type { Measurement } from './measurement.ts';
import type { Meter } from './meter.ts';

/** Whether two objects describe the same meter, as far as an announcement shows it. */
export function isSameMeter(a: Meter, b: Meter): boolean {
  if (a === b) return true;
  return (
    a.uniqueId === b.uniqueId &&
    a.id === b.id &&
    a.type === b.type &&
    a.name === b.name &&
    a.serialNumber === b.serialNumber &&
    a.manufacturer === b.manufacturer &&
    a.model === b.model &&
    a.firmware === b.firmware &&
    a.via?.uniqueId === b.via?.uniqueId &&
    a.controls === b.controls
  );
}

/** The same for a measurement: that a total begins anew (`resets`) is nothing to announce. */
export function isSameMeasurement(a: Measurement, b: Measurement): boolean {
  if (a === b) return true;
  return (
    a.key === b.key &&
    a.name === b.name &&
    a.unit === b.unit &&
    a.deviceClass === b.deviceClass &&
    a.stateClass === b.stateClass &&
    a.precision === b.precision &&
    a.diagnostic === b.diagnostic &&
    a.disabledByDefault === b.disabledByDefault &&
    a.unannounced === b.unannounced &&
    isSameList(a.options, b.options)
  );
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
