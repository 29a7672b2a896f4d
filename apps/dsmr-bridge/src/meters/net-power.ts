import type { Decimal } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement } from '@meterbridge/core/model';
import type { ObisEntry } from '../protocol/obis.ts';
import { unitTraits } from './units.ts';

/** Where a power belongs: 0 is all phases together. */
export interface NetPart {
  readonly phase: number;
  readonly isExport: boolean;
}

export function netPart({ code }: ObisEntry): NetPart | null {
  const [, phase, direction] = /^1-[01]:([246]?)([12])\.7\.0$/.exec(code) ?? [];
  return direction === undefined ? null : { phase: Number(phase) / 2, isExport: direction === '2' };
}

const NET: readonly Measurement[] = ['', ' L1', ' L2', ' L3'].map((phase) => ({
  key: `electricity_power_net${phase.toLowerCase().replace(' ', '_')}`,
  name: `Power net${phase}`,
  unit: 'kW',
  ...unitTraits.kW,
}));

type Power = Decimal | null | undefined;

/** Import less export, of all phases and of each. */
export class NetPower {
  /** Import and export, by phase. */
  readonly #powers: Power[] = [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ];

  add({ phase, isExport }: NetPart, power: Decimal | null): void {
    this.#powers[2 * phase + (isExport ? 1 : 0)] = power;
  }

  /** Only where the meter sends both: without one of them, what is missing is not known to be zero. */
  appendTo(values: MeasuredValue[]): void {
    for (let phase = 0; phase < NET.length; phase++) {
      const imported = this.#powers[2 * phase];
      const exported = this.#powers[2 * phase + 1];
      if (imported === undefined || exported === undefined) continue;
      const value = imported && exported && imported.minus(exported);
      values.push({ measurement: NET[phase]!, value });
    }
  }
}
