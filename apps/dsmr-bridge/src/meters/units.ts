import type { Decimal } from '@meterbridge/core/codec';
import type { Measurement } from '@meterbridge/core/model';

interface Conversion {
  readonly unit: string;
  readonly exponent: number;
}

/** Meters print Wh or kWh, W or kW …: a parameter has one unit whatever its meter prints. */
const PUBLISHED: ReadonlyMap<string, Conversion> = new Map(
  Object.entries({
    kWh: { unit: 'kWh', exponent: 0 },
    Wh: { unit: 'kWh', exponent: -3 },
    kW: { unit: 'kW', exponent: 0 },
    W: { unit: 'kW', exponent: -3 },
    kvarh: { unit: 'kvarh', exponent: 0 },
    varh: { unit: 'kvarh', exponent: -3 },
    kvar: { unit: 'kvar', exponent: 0 },
    var: { unit: 'kvar', exponent: -3 },
    kVA: { unit: 'kVA', exponent: 0 },
    VA: { unit: 'kVA', exponent: -3 },
    V: { unit: 'V', exponent: 0 },
    kV: { unit: 'V', exponent: 3 },
    A: { unit: 'A', exponent: 0 },
    kA: { unit: 'A', exponent: 3 },
    mA: { unit: 'A', exponent: -3 },
    Hz: { unit: 'Hz', exponent: 0 },
    kHz: { unit: 'Hz', exponent: 3 },
    s: { unit: 's', exponent: 0 },
    m3: { unit: 'm³', exponent: 0 },
    dm3: { unit: 'm³', exponent: -3 },
    'm3/h': { unit: 'm³/h', exponent: 0 },
    GJ: { unit: 'GJ', exponent: 0 },
    MJ: { unit: 'GJ', exponent: -3 },
    degC: { unit: '°C', exponent: 0 },
  }),
);

/** A value in the unit that is published for its quantity; null if the unit is missing or unknown. */
export function inPublishedUnit(
  value: Decimal,
  unit: string | null,
): { value: Decimal; unit: string } | null {
  const conversion = unit === null ? undefined : PUBLISHED.get(unit);
  if (!conversion) return null;
  return {
    value: conversion.exponent === 0 ? value : value.shift(conversion.exponent),
    unit: conversion.unit,
  };
}

type UnitTraits = Pick<Measurement, 'deviceClass' | 'stateClass' | 'precision'>;

/** What Home Assistant makes of a quantity with this unit. */
export const unitTraits: Readonly<Record<string, UnitTraits>> = {
  kWh: { deviceClass: 'energy', stateClass: 'total_increasing', precision: 3 },
  GJ: { deviceClass: 'energy', stateClass: 'total_increasing', precision: 3 },
  kvarh: { deviceClass: 'reactive_energy', stateClass: 'total_increasing', precision: 3 },
  kW: { deviceClass: 'power', stateClass: 'measurement', precision: 3 },
  W: { deviceClass: 'power', stateClass: 'measurement', precision: 0 },
  kvar: { deviceClass: 'reactive_power', stateClass: 'measurement', precision: 3 },
  kVA: { deviceClass: 'apparent_power', stateClass: 'measurement', precision: 3 },
  V: { deviceClass: 'voltage', stateClass: 'measurement', precision: 1 },
  A: { deviceClass: 'current', stateClass: 'measurement', precision: 2 },
  Hz: { deviceClass: 'frequency', stateClass: 'measurement', precision: 2 },
  s: { deviceClass: 'duration', stateClass: 'measurement', precision: 0 },
  'm³': { deviceClass: 'volume', stateClass: 'total_increasing', precision: 3 },
  'm³/h': { deviceClass: 'volume_flow_rate', stateClass: 'measurement', precision: 3 },
  '°C': { deviceClass: 'temperature', stateClass: 'measurement', precision: 1 },
};
