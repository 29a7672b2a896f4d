/** What the digits of a register stand for. */
export type RegisterKind = 'number' | 'time' | 'date' | 'monthday' | 'rtc' | 'text' | 'bitfield';

/** Names by unit code (KMP description 5512-447, 4.2, and the list of Erik Jensen for the others). */
const NAMES = [
  '', 'Wh', 'kWh', 'MWh', 'GWh', 'J', 'kJ', 'MJ', 'GJ', 'cal',
  'kcal', 'Mcal', 'Gcal', 'varh', 'kvarh', 'Mvarh', 'Gvarh', 'VAh', 'kVAh', 'MVAh',
  'GVAh', 'W', 'kW', 'MW', 'GW', 'var', 'kvar', 'Mvar', 'Gvar', 'VA',
  'kVA', 'MVA', 'GVA', 'V', 'A', 'kV', 'kA', '°C', 'K', 'l',
  'm³', 'l/h', 'm³/h', 'm³·°C', 't', 't/h', 'h', 'hh:mm:ss', 'yy:mm:dd', 'yyyy:mm:dd',
  'mm:dd', '', 'bar', 'RTC', 'ASCII', 'm³×10', 't×10', 'GJ×10', 'min', 'bitfield',
  's', 'ms', 'd', 'RTC-Q', 'datetime',
] as const; // biome-ignore format: ten in a line

const KINDS: ReadonlyMap<number, RegisterKind> = new Map([
  [47, 'time'],
  [48, 'date'],
  [49, 'date'],
  [50, 'monthday'],
  [53, 'rtc'],
  [54, 'text'],
  [59, 'bitfield'],
]);

/** As the meter means it: empty for plain numbers, null for a code that nobody knows. */
export function unitName(code: number): string | null {
  return NAMES[code] ?? null;
}

/** Digits with an unknown unit are a number all the same. */
export function kindOf(code: number): RegisterKind {
  return KINDS.get(code) ?? 'number';
}

/** A unit that can be published, and the power of ten that leads to it. */
export interface PublishedUnit {
  readonly unit: string | null;
  readonly exponent: number;
}

/** Where Home Assistant spells a unit otherwise, or does not know it for its quantity. */
const OTHERWISE: Readonly<Record<string, PublishedUnit>> = {
  l: { unit: 'L', exponent: 0 },
  'l/h': { unit: 'L/h', exponent: 0 },
  'm³×10': { unit: 'm³', exponent: 1 },
  't×10': { unit: 't', exponent: 1 },
  'GJ×10': { unit: 'GJ', exponent: 1 },
  Mvarh: { unit: 'kvarh', exponent: 3 },
  Gvarh: { unit: 'kvarh', exponent: 6 },
  Mvar: { unit: 'kvar', exponent: 3 },
  Gvar: { unit: 'kvar', exponent: 6 },
  MVA: { unit: 'kVA', exponent: 3 },
  GVA: { unit: 'kVA', exponent: 6 },
  kA: { unit: 'A', exponent: 3 },
};

const PUBLISHED: readonly PublishedUnit[] = NAMES.map((name, code) => {
  const isQuantity = name !== '' && kindOf(code) === 'number' && code < 63;
  return OTHERWISE[name] ?? { unit: isQuantity ? name : null, exponent: 0 };
});

const NO_UNIT: PublishedUnit = { unit: null, exponent: 0 };

/** The unit that the meter sent, as Home Assistant spells it. */
export function publishedUnit(code: number): PublishedUnit {
  return PUBLISHED[code] ?? NO_UNIT;
}
