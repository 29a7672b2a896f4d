import {
  isSameMeasurement,
  isSameMeter,
  type Measurement,
  type Meter,
  type Reading,
} from '../model/index.ts';

/** What the broker keeps of a meter. */
export interface Kept {
  readonly meter: Meter;
  /** Id in the configuration that it is there for. */
  readonly owner: string;
  readonly expireAfterS: number | null;
  /** By key. */
  readonly measurements: ReadonlyMap<string, Measurement>;
  /** Key → the key that the meter itself has for it, where that is another one. */
  readonly own: ReadonlyMap<string, string>;
  readonly topics: KeptTopics;
  /** Whether it told something since the start. */
  readonly isHeard: boolean;
}

export interface KeptTopics {
  /** Of its readings as JSON; null if they are not kept. */
  readonly reading: string | null;
  readonly others: readonly string[];
}

/** Whether nothing of this is new. Runs for every reading. */
export function covers(
  known: Kept,
  { meter, values }: Pick<Reading, 'meter' | 'values'>,
  expireAfterS: number | null,
  owner: string,
): boolean {
  const { isHeard, measurements } = known;
  if (!isHeard || known.owner !== owner || known.expireAfterS !== expireAfterS) return false;
  if (!isSameMeter(known.meter, meter)) return false;
  return values.every(({ measurement }) => {
    const earlier = measurements.get(measurement.key);
    return earlier !== undefined && isSameMeasurement(earlier, measurement);
  });
}

/** Whether all of these topics are among those. */
export function isWithin(before: KeptTopics, after: KeptTopics): boolean {
  const wanted = new Set(allOf(after));
  return allOf(before).every((topic) => wanted.has(topic));
}

export function allOf({ reading, others }: KeptTopics): readonly string[] {
  return reading === null ? others : [reading, ...others];
}

export function recordOf({ measurements, own, isHeard: _, ...rest }: Kept): object {
  return { ...rest, measurements: [...measurements.values()], own: Object.fromEntries(own) };
}

/** null: of another version, or damaged. */
export function keptOf(record: unknown): Kept | null {
  if (!isObject(record) || !isRecordOfMeter(record)) return null;
  const { meter, owner, expireAfterS, measurements, own, topics } = record;
  return {
    meter,
    owner,
    expireAfterS,
    measurements: new Map(measurements.map((measurement) => [measurement.key, measurement])),
    own: new Map(Object.entries(own)),
    topics,
    isHeard: false,
  };
}

interface MeterRecord extends Omit<Kept, 'measurements' | 'own' | 'isHeard'> {
  readonly measurements: readonly Measurement[];
  readonly own: Readonly<Record<string, string>>;
}

/** What is in the file was written as it is read, so that its parts need no look inside. */
function isRecordOfMeter(record: object): record is MeterRecord {
  return (
    'meter' in record &&
    isObject(record.meter) &&
    'owner' in record &&
    'expireAfterS' in record &&
    'measurements' in record &&
    Array.isArray(record.measurements) &&
    'own' in record &&
    isObject(record.own) &&
    'topics' in record &&
    isObject(record.topics) &&
    'reading' in record.topics &&
    'others' in record.topics &&
    Array.isArray(record.topics.others)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
