/** What a heat meter in a house shows. All of it whole numbers in the meter's own decimals. */
export interface HeatingState {
  /** Local wall time, as if it were UTC. */
  readonly localMs: number;
  readonly energyWh: number;
  readonly litres: number;
  readonly hours: number;
  /** L/h. */
  readonly flow: number;
  readonly powerW: number;
  /** Hundredths of a degree. */
  readonly temp1: number;
  readonly temp2: number;
}

const HOUR_MS = 3_600_000;
/** Water takes 1.163 Wh per litre and kelvin. */
const WH_PER_LITRE_KELVIN = 1.163;

/** A house on district heating: warm mornings and evenings, cool nights. Energy, volume and hours only ever grow. */
export class Heating {
  #energyWh = 84_817_000;
  #litres = 520_410;
  #hours = 7_126;
  #lastMs: number | null = null;

  /** Moves the house on to a local wall time; never backwards. */
  at(localMs: number): HeatingState {
    const hours = Math.max(0, localMs - (this.#lastMs ?? localMs)) / HOUR_MS;
    this.#lastMs = localMs;
    const hour = (localMs % (24 * HOUR_MS)) / HOUR_MS;
    const flow = Math.round(120 + 140 * warmth(hour, 7) + 110 * warmth(hour, 19));
    const temp1 = Math.round(6_800 + 700 * warmth(hour, 7));
    const temp2 = Math.round(3_100 - 400 * warmth(hour, 19));
    const powerW = flow * WH_PER_LITRE_KELVIN * ((temp1 - temp2) / 100);
    this.#energyWh += powerW * hours;
    this.#litres += flow * hours;
    this.#hours += hours;
    return {
      localMs,
      energyWh: this.#energyWh,
      litres: this.#litres,
      hours: this.#hours,
      flow,
      powerW,
      temp1,
      temp2,
    };
  }
}

/** 1 at an hour of the day, falling off on both sides. */
function warmth(hour: number, middle: number): number {
  return Math.exp(-(((hour - middle) / 2) ** 2));
}
