const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the meters of a house show at one instant. */
export interface HouseState {
  /** Local wall time, as if it were UTC. */
  readonly localMs: number;
  /** Active power per phase, W; negative is export. */
  readonly powerW: readonly [number, number, number];
  readonly voltageV: readonly [number, number, number];
  /** 1: low tariff, 2: normal. */
  readonly tariff: 1 | 2;
  /** Import per tariff, Wh. */
  readonly importWh: readonly [number, number];
  /** Export per tariff, Wh. */
  readonly exportWh: readonly [number, number];
  /** Gas, litres. */
  readonly gasLitres: number;
}

/** A house with a family, a heat source that burns gas, and panels on its roof. Energy only ever grows. */
export class House {
  readonly #random: () => number;
  readonly #importWh: [number, number] = [4_512_345, 5_209_876];
  readonly #exportWh: [number, number] = [812_345, 1_934_567];
  #gasLitres = 3_214_567;
  #lastMs: number | null = null;

  /** @param random 0 ≤ x < 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Moves the house on to a local wall time; never backwards. */
  at(localMs: number): HouseState {
    const hours = Math.max(0, localMs - (this.#lastMs ?? localMs)) / HOUR_MS;
    this.#lastMs = localMs;
    const hour = (localMs % DAY_MS) / HOUR_MS;
    const powerW = this.#powerW(hour);
    const total = powerW[0] + powerW[1] + powerW[2];
    const tariff = isLowTariff(localMs, hour) ? 1 : 2;
    if (total >= 0) this.#importWh[tariff - 1]! += total * hours;
    else this.#exportWh[tariff - 1]! -= total * hours;
    this.#gasLitres += gasLitresPerHour(hour) * hours;
    return {
      localMs,
      powerW,
      voltageV: [this.#around(230.4, 1.5), this.#around(231.1, 1.5), this.#around(229.7, 1.5)],
      tariff,
      importWh: [...this.#importWh],
      exportWh: [...this.#exportWh],
      gasLitres: this.#gasLitres,
    };
  }

  #powerW(hour: number): [number, number, number] {
    const base = this.#around(140, 15);
    const kitchen = bump(hour, 7.5, 1) * 900 + bump(hour, 18.5, 1.5) * 2_100;
    const evening = bump(hour, 21, 2) * 350;
    const sun = bump(hour, 13, 3.2) * 3_800;
    return [
      base + evening,
      this.#around(60, 8) + kitchen,
      this.#around(80, 10) - sun * (0.9 + this.#random() * 0.1),
    ];
  }

  #around(value: number, spread: number): number {
    return value + (this.#random() - 0.5) * spread;
  }
}

/** 1 at the middle, falling off on both sides. */
function bump(hour: number, middle: number, width: number): number {
  return Math.exp(-(((hour - middle) / width) ** 2));
}

function gasLitresPerHour(hour: number): number {
  return 40 + bump(hour, 7, 1.5) * 900 + bump(hour, 19, 3) * 600;
}

/** Nights and weekends. */
function isLowTariff(localMs: number, hour: number): boolean {
  const weekday = new Date(localMs).getUTCDay();
  return hour < 7 || hour >= 23 || weekday === 0 || weekday === 6;
}
