import type { HeatingState } from './heating.ts';

export const SIMULATED_MODELS = ['403', '602'] as const;
export type SimulatedModel = (typeof SIMULATED_MODELS)[number];

/** Number of bytes, unit, sign and exponent: how a register is written. */
type Format = readonly [unit: number, nob: 1 | 2 | 4, siex: number];
type Show = (state: HeatingState) => number;

const ENERGY: Readonly<Record<SimulatedModel, readonly [Format, Show]>> = {
  // GJ with three decimals; MWh with three decimals.
  '403': [[8, 4, 0x43], ({ energyWh }) => energyWh * 0.0036],
  '602': [[3, 4, 0x43], ({ energyWh }) => energyWh / 1000],
};

const KELVIN: Format = [38, 2, 0x42];
const CELSIUS: Format = [37, 2, 0x42];
const FLOW: Format = [41, 2, 0x00];
const POWER: Format = [22, 2, 0x41];
const DATE: Format = [48, 4, 0x00];
const NUMBER: Format = [51, 4, 0x00];
const M3_CELSIUS: Format = [43, 4, 0x00];

/** What each of the models shows; in the year and the month nothing was more, or less, than today. */
const COMMON: Readonly<Record<number, readonly [Format, Show]>> = {
  68: [[40, 4, 0x42], ({ litres }) => litres / 10],
  74: [FLOW, ({ flow }) => flow],
  80: [POWER, ({ powerW }) => powerW / 100],
  86: [CELSIUS, ({ temp1 }) => temp1],
  87: [CELSIUS, ({ temp2 }) => temp2],
  89: [KELVIN, ({ temp1, temp2 }) => temp1 - temp2],
  97: [M3_CELSIUS, ({ litres, temp1 }) => (litres / 1000) * (temp1 / 100)],
  99: [NUMBER, () => 0],
  110: [M3_CELSIUS, ({ litres, temp2 }) => (litres / 1000) * (temp2 / 100)],
  113: [NUMBER, () => 3],
  123: [DATE, () => 240_115],
  124: [FLOW, () => 412],
  125: [DATE, () => 240_707],
  126: [FLOW, () => 0],
  127: [DATE, () => 240_115],
  128: [POWER, () => 187],
  129: [DATE, () => 240_707],
  130: [POWER, () => 0],
  138: [DATE, dateNumber],
  139: [FLOW, () => 284],
  140: [DATE, () => 0],
  141: [FLOW, () => 0],
  142: [DATE, dateNumber],
  143: [POWER, () => 131],
  144: [DATE, () => 0],
  145: [POWER, () => 0],
  146: [CELSIUS, () => 7_012],
  147: [CELSIUS, () => 3_187],
  149: [CELSIUS, () => 7_105],
  150: [CELSIUS, () => 3_054],
  152: [NUMBER, () => 44_416_416],
  1002: [[47, 4, 0x00], timeNumber],
  1003: [DATE, dateNumber],
  1004: [[46, 4, 0x00], ({ hours }) => hours],
};

/** High resolution energy in Wh: with one decimal behind register 155 of a 602, whole behind 266 of a 403. */
const OWN: Readonly<Record<SimulatedModel, Readonly<Record<number, readonly [Format, Show]>>>> = {
  '403': { 266: [[1, 4, 0x00], ({ energyWh }) => energyWh] },
  '602': { 155: [[1, 4, 0x41], ({ energyWh }) => (energyWh - 80_000_000) * 10] },
};

/** A register as it stands in an answer; null if the model does not have it. */
export function simulateRegister(
  model: SimulatedModel,
  serial: number,
  id: number,
  state: HeatingState,
): Uint8Array | null {
  const found = id === 60 ? ENERGY[model] : (OWN[model][id] ?? COMMON[id]);
  if (id === 1001) return record(id, NUMBER, serial);
  return found ? record(id, found[0], found[1](state)) : null;
}

function record(id: number, [unit, nob, siex]: Format, value: number): Uint8Array {
  const bytes = Uint8Array.of(id >>> 8, id & 0xff, unit, nob, siex, ...new Uint8Array(nob));
  let rest = Math.floor(value);
  for (let at = bytes.length - 1; at >= 5; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function dateNumber({ localMs }: HeatingState): number {
  return Number(new Date(localMs).toISOString().slice(2, 10).replaceAll('-', ''));
}

function timeNumber({ localMs }: HeatingState): number {
  return Number(new Date(localMs).toISOString().slice(11, 19).replaceAll(':', ''));
}
