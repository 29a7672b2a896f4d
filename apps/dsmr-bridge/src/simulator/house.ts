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

/** When the meters of the house showed what they began with. */
const BEGIN_MS = Date.UTC(2026, 0, 1);
/** So long, powers are taken for constant. */
const STEP_MS = 300_000;

interface Counters {
  readonly importWh: [number, number];
  readonly exportWh: [number, number];
  gasLitres: number;
}

/**
 * A house with a family, a heat source that burns gas, and panels on its roof. What its meters have counted depends on
 * the time alone: when the simulator is started again, nothing falls.
 */
export class House {
  readonly #random: () => number;
  /** At the end of the last whole step. */
  readonly #counters: Counters = {
    importWh: [4_512_345, 5_209_876],
    exportWh: [812_345, 1_934_567],
    gasLitres: 3_214_567,
  };
  #step = 0;

  /** @param random 0 ≤ x < 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Moves the house on to a local wall time; never backwards. */
  at(localMs: number): HouseState {
    const steps = Math.max(this.#step, (localMs - BEGIN_MS) / STEP_MS);
    while (this.#step + 1 <= steps) count(this.#counters, this.#step++, 1);
    const counters = structuredClone(this.#counters);
    count(counters, this.#step, steps - this.#step);
    const hour = hourOf(localMs);
    return {
      localMs,
      powerW: this.#powerW(hour),
      voltageV: [this.#around(230.4, 1.5), this.#around(231.1, 1.5), this.#around(229.7, 1.5)],
      tariff: tariffAt(localMs),
      ...counters,
    };
  }

  #powerW(hour: number): [number, number, number] {
    const [one, two, three] = usualPowerW(hour);
    return [this.#around(one, 15), this.#around(two, 8), this.#around(three, 10 + sunW(hour) / 10)];
  }

  #around(value: number, spread: number): number {
    return value + (this.#random() - 0.5) * spread;
  }
}

/** Adds what is counted in a part of a step. */
function count(counters: Counters, step: number, part: number): void {
  const middleMs = BEGIN_MS + (step + 0.5) * STEP_MS;
  const hours = (part * STEP_MS) / HOUR_MS;
  const hour = hourOf(middleMs);
  const [one, two, three] = usualPowerW(hour);
  const energyWh = (one + two + three) * hours;
  const at = tariffAt(middleMs) - 1;
  if (energyWh >= 0) counters.importWh[at]! += energyWh;
  else counters.exportWh[at]! -= energyWh;
  counters.gasLitres += gasLitresPerHour(hour) * hours;
}

function usualPowerW(hour: number): [number, number, number] {
  const kitchen = bump(hour, 7.5, 1) * 900 + bump(hour, 18.5, 1.5) * 2_100;
  const evening = bump(hour, 21, 2) * 350;
  return [140 + evening, 60 + kitchen, 80 - 0.95 * sunW(hour)];
}

function sunW(hour: number): number {
  return bump(hour, 13, 3.2) * 3_800;
}

function hourOf(localMs: number): number {
  return (localMs % DAY_MS) / HOUR_MS;
}

/** 1 at the middle, falling off on both sides. */
function bump(hour: number, middle: number, width: number): number {
  return Math.exp(-(((hour - middle) / width) ** 2));
}

function gasLitresPerHour(hour: number): number {
  return 40 + bump(hour, 7, 1.5) * 900 + bump(hour, 19, 3) * 600;
}

/** The low one in nights and weekends. */
function tariffAt(localMs: number): 1 | 2 {
  const weekday = new Date(localMs).getUTCDay();
  const hour = hourOf(localMs);
  return hour < 7 || hour >= 23 || weekday === 0 || weekday === 6 ? 1 : 2;
}
