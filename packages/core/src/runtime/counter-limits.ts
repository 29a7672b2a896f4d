/** Of a configuration. */
export interface CounterLimits {
  readonly enabled: boolean;
  readonly max_power_kw: number;
  readonly max_flow_m3h: number;
}

export const USUAL_LIMITS: CounterLimits = { enabled: true, max_power_kw: 100, max_flow_m3h: 100 };

/** What 1 kW, 1 kvar or 1 kVA adds in an hour. */
const OF_POWER: Readonly<Record<string, number>> = {
  mWh: 1e6,
  Wh: 1e3,
  kWh: 1,
  MWh: 1e-3,
  GWh: 1e-6,
  TWh: 1e-9,
  varh: 1e3,
  kvarh: 1,
  VAh: 1e3,
  kVAh: 1,
  J: 3.6e6,
  kJ: 3.6e3,
  MJ: 3.6,
  GJ: 3.6e-3,
  // 4.1868 J: the international calorie of heat meters.
  cal: 3.6e6 / 4.1868,
  kcal: 3.6e3 / 4.1868,
  Mcal: 3.6 / 4.1868,
  Gcal: 3.6e-3 / 4.1868,
};

/** What 1 m³/h adds in an hour. */
const OF_FLOW: Readonly<Record<string, number>> = {
  'm³': 1,
  L: 1e3,
  mL: 1e6,
  'ft³': 35.315,
  CCF: 0.35315,
  MCF: 0.035315,
  gal: 264.17,
};

/** An hour of operation, and what the clock of the meter may be wrong by. */
const OF_TIME: Readonly<Record<string, number>> = { s: 3_960, min: 66, h: 1.1, d: 1.1 / 24 };

/** How much a total can rise in an hour; of what it counts in other units nobody knows. */
export function mostPerHour(unit: string | null, { max_power_kw, max_flow_m3h }: CounterLimits): number {
  if (unit === null) return Number.POSITIVE_INFINITY;
  const ofPower = OF_POWER[unit];
  if (ofPower !== undefined) return ofPower * max_power_kw;
  const ofFlow = OF_FLOW[unit];
  return ofFlow === undefined ? (OF_TIME[unit] ?? Number.POSITIVE_INFINITY) : ofFlow * max_flow_m3h;
}
