/** The two kinds of upload: electrical values and counters. The words are levels of topics, too. */
export type Level = 'seconds' | 'minutes';

/** Values per phase, off unless a meter is named for them. */
export const PER_PHASE_GROUPS = ['current', 'power', 'voltage', 'power_factor'] as const;
export type PerPhaseGroup = (typeof PER_PHASE_GROUPS)[number];

/** One value of a meter: where it comes from, and how Home Assistant is told of it. */
export interface Measurement {
  /** In the JSON that is published. */
  readonly key: string;
  /** In the message of the meter (MQTT protocol V1.9, chapters 3.1 and 3.2). */
  readonly tag: string;
  readonly level: Level;
  /** null: always there. */
  readonly group: PerPhaseGroup | null;
  /** Last part of entity ids. */
  readonly object: string;
  readonly name: string;
  readonly deviceClass: string;
  readonly stateClass: 'measurement' | 'total_increasing';
  readonly unit: string | null;
  /** Decimals that Home Assistant suggests. */
  readonly precision: number;
}

export const measurements: readonly Measurement[] = [
  {
    key: 'active_power',
    tag: 'zyggl',
    level: 'seconds',
    group: null,
    object: 'power',
    name: 'Active Power',
    deviceClass: 'power',
    stateClass: 'measurement',
    unit: 'kW',
    precision: 0,
  },
  {
    key: 'active_energy',
    tag: 'zygsz',
    level: 'minutes',
    group: null,
    object: 'energy',
    name: 'Active Energy',
    deviceClass: 'energy',
    stateClass: 'total_increasing',
    unit: 'kWh',
    precision: 0,
  },
  ...perPhase('current', 'current', 'Current', 'A', 2, ['ia', 'ib', 'ic']),
  ...perPhase('power', 'active_power', 'Active Power', 'kW', 3, ['pa', 'pb', 'pc']),
  ...perPhase('voltage', 'voltage', 'Voltage', 'V', 1, ['ua', 'ub', 'uc']),
  ...perPhase('power_factor', 'power_factor', 'Power Factor', null, 3, ['pfa', 'pfb', 'pfc']),
  perPhaseValue('power_factor', 'power_factor', 'Power Factor', null, 3, 'zglys'),
];

function perPhase(
  group: PerPhaseGroup,
  key: string,
  name: string,
  unit: string | null,
  precision: number,
  tags: readonly string[],
): readonly Measurement[] {
  return tags.map((tag, at) =>
    perPhaseValue(group, `${key}_l${at + 1}`, `${name} L${at + 1}`, unit, precision, tag),
  );
}

function perPhaseValue(
  group: PerPhaseGroup,
  key: string,
  name: string,
  unit: string | null,
  precision: number,
  tag: string,
): Measurement {
  const stateClass = 'measurement';
  return {
    key,
    tag,
    level: 'seconds',
    group,
    object: key,
    name,
    deviceClass: group,
    stateClass,
    unit,
    precision,
  };
}
