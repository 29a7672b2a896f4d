import { Decimal } from '@meterbridge/core/codec';
import type { PortBlock } from '../protocol/block.ts';
import { isMi } from '../protocol/serial.ts';

/** W; below, rounding says more than the scale. */
const TELLING_W = 20;
const MUCH_BETTER = 3;

/** Of MI inverters the serial number does not surely tell whether their PV current has one decimal or two. */
export class CurrentScale {
  /** By serial number, where it is configured. */
  readonly #decimals: ReadonlyMap<string, number>;
  readonly #judged = new Set<string>();

  constructor(decimals: ReadonlyMap<string, number>) {
    this.#decimals = decimals;
  }

  /** The ports with their current as it is configured. */
  of(ports: readonly PortBlock[]): readonly PortBlock[] {
    return ports.map((port) => {
      const decimals = this.#decimals.get(port.serial);
      return decimals === undefined ? port : { ...port, pvCurrent: withDecimals(port.pvCurrent, decimals) };
    });
  }

  /** Serial numbers of inverters whose current would fit their power much better with the other scale; each is told once. */
  misfits(ports: readonly PortBlock[]): readonly string[] {
    return ports.filter((port) => this.#isMisfit(port)).map(({ serial }) => serial);
  }

  #isMisfit({ serial, pvVoltage, pvCurrent, pvPower }: PortBlock): boolean {
    const [volts, amperes, watts] = [pvVoltage, pvCurrent, pvPower].map((value) => value.toNumber());
    const isTelling = watts! > TELLING_W && volts! * amperes! > 0;
    if (!isMi(serial) || this.#decimals.has(serial) || this.#judged.has(serial) || !isTelling) return false;
    this.#judged.add(serial);
    const ratio = (volts! * amperes!) / watts!;
    const other = pvCurrent.decimals === 1 ? ratio / 10 : ratio * 10;
    return offBy(ratio) > MUCH_BETTER * offBy(other);
  }
}

function withDecimals({ mantissa }: Decimal, decimals: number): Decimal {
  return new Decimal(mantissa, decimals);
}

/** By which factor it is away from 1. */
function offBy(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}
