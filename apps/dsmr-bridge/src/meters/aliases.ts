import type { Measurement } from '@meterbridge/core/model';
import type { ObisEntry } from '../protocol/obis.ts';
import { unitTraits } from './units.ts';

/** A name that other programs gave to a value: published, but not announced again. */
export interface Alias {
  readonly measurement: Measurement;
  /** Power of ten between its unit and that of the value. */
  readonly exponent: number;
}

/** Meter2MQTT's names of what has another name here. */
export function aliasOf({ code }: ObisEntry): Alias | null {
  // Value group C of the phases is 20 apart (IEC 62056-61).
  const [, phase, kind] = /^1-0:([357]|[246])([12])\.7\.0$/.exec(code) ?? [];
  if (phase === undefined) return null;
  const isExport = Number(phase) % 2 === 0;
  if (isExport)
    return kind === '2' ? alias('power_generated', 'Power export', Number(phase) / 2, 'W', 3) : null;
  const line = (Number(phase) - 1) / 2;
  return kind === '1' ? alias('current', 'Current', line, 'A', 0) : alias('voltage', 'Voltage', line, 'V', 0);
}

function alias(key: string, name: string, phase: number, unit: string, exponent: number): Alias {
  const traits = { ...unitTraits[unit], unannounced: true };
  return { measurement: { key: `${key}_l${phase}`, name: `${name} L${phase}`, unit, ...traits }, exponent };
}
