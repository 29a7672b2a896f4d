import type { Decimal } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement } from '@meterbridge/core/model';
import type { ObisEntry } from '../protocol/obis.ts';
import { unitTraits } from './units.ts';

/** What a register adds to: energy over all tariffs, in one direction. */
export interface TotalPart {
  readonly isExport: boolean;
  /** 0 is the meter's own total. */
  readonly tariff: number;
}

export function totalPart({ code }: ObisEntry): TotalPart | null {
  const [, direction, tariff] = /^1-[01]:([12])\.8\.([0-4])$/.exec(code) ?? [];
  return direction === undefined ? null : { isExport: direction === '2', tariff: Number(tariff) };
}

const IMPORT = measurements('electricity_active_import_total', 'Energy import total');
const EXPORT = measurements('electricity_active_export_total', 'Energy export total');

function measurements(
  key: string,
  name: string,
): { readonly sent: Measurement; readonly summed: Measurement } {
  const summed: Measurement = { key, name, unit: 'kWh', ...unitTraits.kWh };
  // Where the meter sends a total of its own, that one is announced.
  return { sent: { ...summed, unannounced: true }, summed };
}

type Register = Decimal | null | undefined;

/** Energy over all tariffs, in both directions. */
export class Totals {
  readonly #import = new Total();
  readonly #export = new Total();

  add({ isExport, tariff }: TotalPart, energy: Decimal | null): void {
    (isExport ? this.#export : this.#import).add(tariff, energy);
  }

  appendTo(values: MeasuredValue[]): void {
    append(values, this.#import, IMPORT);
    append(values, this.#export, EXPORT);
  }
}

function append(values: MeasuredValue[], total: Total, { sent, summed }: typeof IMPORT): void {
  const value = total.value();
  if (value !== undefined) values.push({ measurement: total.isSent ? sent : summed, value });
}

/** As the meter sends it, else the exact sum of its tariffs. */
class Total {
  /** By tariff; a code that is sent twice counts with its last value. */
  readonly #registers: Register[] = [undefined, undefined, undefined, undefined, undefined];

  add(tariff: number, energy: Decimal | null): void {
    this.#registers[tariff] = energy;
  }

  get isSent(): boolean {
    return this.#registers[0] !== undefined;
  }

  /** undefined if the meter sends no such register, null if one of them has no value: a partial sum would be false. */
  value(): Register {
    if (this.isSent) return this.#registers[0];
    let sum: Decimal | undefined;
    for (const energy of this.#registers) {
      if (energy === null) return null;
      if (energy) sum = sum ? sum.plus(energy) : energy;
    }
    return sum;
  }
}
