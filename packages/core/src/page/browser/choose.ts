import type { ValueStatus } from '../status.ts';

const HEADLINES = 4;
/** What people look for first. */
const RANK = ['power', 'gas', 'water', 'energy', 'temperature', 'volume_flow_rate', 'current', 'voltage'];
/** Parts of something that is told as a whole, too, or nothing for a first look. */
const PART = /\bL[123]\b|quadrant|demand|reactive|apparent|limit|average|register/i;

const GROUPS: readonly (readonly [title: string, classes: readonly string[]])[] = [
  ['Power', ['power', 'apparent_power', 'reactive_power', 'power_factor']],
  ['Energy and volume', ['energy', 'reactive_energy', 'gas', 'water', 'volume', 'volume_storage']],
  ['Grid', ['voltage', 'current', 'frequency']],
  ['Heat', ['temperature', 'temperature_delta', 'volume_flow_rate', 'pressure']],
];

export interface Group {
  readonly title: string;
  readonly values: readonly ValueStatus[];
}

/** The few values that stand large on top: power first, then what is counted. */
export function headlines(values: readonly ValueStatus[]): readonly ValueStatus[] {
  const fitting = values.filter(
    ({ numeric, unit, diagnostic, secondary }) => numeric && unit !== null && !diagnostic && !secondary,
  );
  const whole = fitting.filter(({ name }) => !PART.test(name));
  const ranked = (whole.length > 0 ? whole : fitting).toSorted(byImportance);
  const power = ranked.filter(({ device_class }) => device_class === 'power').slice(0, 2);
  const others = ranked.filter(({ device_class }) => device_class !== 'power');
  return [...power, ...others].slice(0, HEADLINES);
}

/** What the large values leave, by what it is about; details that are rarely wanted apart. */
export function groups(
  values: readonly ValueStatus[],
  large: readonly ValueStatus[],
): { readonly everyday: readonly Group[]; readonly details: readonly ValueStatus[] } {
  const isDetail = ({ diagnostic, secondary }: ValueStatus): boolean => (diagnostic || secondary) ?? false;
  const rest = values.filter((value) => !isDetail(value) && !large.includes(value));
  const titleOf = ({ device_class }: ValueStatus): string =>
    GROUPS.find(([, classes]) => classes.includes(device_class ?? ''))?.[0] ?? 'Other';
  const titles = [...GROUPS.map(([title]) => title), 'Other'];
  const everyday = titles
    .map((title) => ({ title, values: rest.filter((value) => titleOf(value) === title) }))
    .filter((group) => group.values.length > 0);
  return { everyday, details: values.filter(isDetail) };
}

function byImportance(one: ValueStatus, other: ValueStatus): number {
  return rankOf(one) - rankOf(other);
}

function rankOf({ device_class = '', name }: ValueStatus): number {
  const rank = RANK.indexOf(device_class);
  // A total tells more than its tariffs.
  return (rank < 0 ? RANK.length : rank) - (/total/i.test(name) ? 0.5 : 0);
}
