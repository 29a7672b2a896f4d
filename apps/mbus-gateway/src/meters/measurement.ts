import type { MeasuredValue, Measurement } from '@meterbridge/core/model';
import type { DataRecord } from '../protocol/record.ts';
import type { RecordHead } from '../protocol/record-head.ts';
import { isSecret, type Published, publishedAs, slug } from './classes.ts';
import { type LocalClock, publishedValue } from './value.ts';

export interface RecordChoice {
  /** Also values of the past: months, due dates. */
  readonly history: boolean;
  /** Also highest and lowest values, limits, averages, and when they were. */
  readonly limits: boolean;
}

/** VIFEs behind which a value still is the reading of now. */
const OF_NOW =
  /^(no_error|standard_conform|manufacturer_vife|positive_only|negative_only|uncorrected|base_conditions|phase_.*|neutral|quadrant_.*|import_export_delta|accumulated_both_directions|type_[cd]|direction_.*|secondary_sensor|higher_resolution|per_.*|multiplied_.*|leakage)$/;
/** Those that neither key nor name has to tell. */
const SILENT = /^(no_error|standard_conform|manufacturer_vife|type_[cd]|higher_resolution)$/;
/** Those that make another unit of it. */
const OF_ANOTHER_UNIT = /^(per_|multiplied_|relative_deviation)/;
const RECORD_ERROR = /^record_error_/;

const WORDS: Readonly<Record<string, string>> = { positive_only: 'import', negative_only: 'export' };
const FUNCTION_WORDS = { instantaneous: [], maximum: ['max'], minimum: ['min'], error: ['error'] } as const;

/** Media by what their volume is counted as in Home Assistant. */
const WATER: ReadonlySet<number> = new Set([0x06, 0x07, 0x10, 0x11, 0x15, 0x16, 0x17]);
const GAS: ReadonlySet<number> = new Set([0x03, 0x12, 0x13]);

/** The records of a readout as values with stable, unique keys. */
export function measuredValues(
  records: readonly DataRecord[],
  medium: number | null,
  choice: RecordChoice,
  clock: LocalClock,
): readonly MeasuredValue[] {
  const values: MeasuredValue[] = [];
  const taken = new Map<string, number>();
  for (const record of records) {
    const published = publishedAs(record.head.quantity, unitOf(record));
    const key = [published.key, ...distinctions(record.head)].join('_');
    // Counted for all, also for those that are left out: which are published is a matter of choice, names are not.
    const number = (taken.get(key) ?? 0) + 1;
    taken.set(key, number);
    if (!isChosen(record, choice)) continue;
    const measurement = measurementOf(record, published, medium, number);
    values.push({ measurement, value: publishedValue(record, published, clock) });
  }
  return values;
}

/** A date tells when, whatever its VIF measures. */
function unitOf({ head, valueType }: DataRecord): string {
  return valueType === 'number' || valueType === 'none'
    ? head.unit
    : head.quantity === 'plain_text'
      ? head.unit
      : '';
}

function isChosen({ head, valueType }: DataRecord, { history, limits }: RecordChoice): boolean {
  if (valueType === 'none' || isSecret(head.quantity)) return false;
  if (head.modifiers.some((modifier) => RECORD_ERROR.test(modifier))) return false;
  if (head.storage > 0 && !history) return false;
  return limits || isOfNow(head);
}

function isOfNow({ function: kind, modifiers }: RecordHead): boolean {
  return kind === 'instantaneous' && modifiers.every((modifier) => OF_NOW.test(modifier));
}

/** What tells a record from others of its quantity, as parts of its key. */
function distinctions(head: RecordHead): readonly string[] {
  const { storage, tariff, subunit, modifiers, manufacturerVife } = head;
  return [
    ...modifiers.filter((modifier) => !SILENT.test(modifier)).map((modifier) => WORDS[modifier] ?? modifier),
    ...FUNCTION_WORDS[head.function],
    ...(subunit > 0 ? [`subunit_${subunit}`] : []),
    ...(tariff > 0 ? [`tariff_${tariff}`] : []),
    ...(storage > 0 ? [`storage_${storage}`] : []),
    ...(manufacturerVife === null ? [] : [`vife_${manufacturerVife.toLowerCase()}`]),
  ];
}

function measurementOf(
  record: DataRecord,
  published: Published,
  medium: number | null,
  number: number,
): Measurement {
  const { head, valueType } = record;
  const { key, name, exponent: _, factor: __, ...traits } = published;
  const parts = [...distinctions(head), ...(number > 1 ? [String(number)] : [])];
  const named = {
    key: [slug(key), ...parts].join('_'),
    name: [name, ...parts.map((part) => part.replaceAll('_', ' '))].join(', '),
  };
  const isPlain = head.modifiers.some((modifier) => OF_ANOTHER_UNIT.test(modifier));
  if (valueType !== 'number' || head.integers === 'flags' || isPlain) {
    const isTime = valueType === 'date' || valueType === 'datetime';
    const deviceClass = valueType === 'date' ? 'date' : 'timestamp';
    const { disabledByDefault = false } = traits;
    return { ...named, unit: null, diagnostic: true, disabledByDefault, ...(isTime && { deviceClass }) };
  }
  const classed = { ...named, ...traits, ...volumeClass(traits.deviceClass, medium) };
  if (head.storage === 0 && isOfNow(head)) return classed;
  // What is past or a limit is no running total, and nobody needs it on a dashboard by default.
  const { stateClass: usual, ...rest } = classed;
  const stateClass = usual === 'measurement' || !rest.deviceClass ? ('measurement' as const) : undefined;
  return { ...rest, ...(stateClass && rest.unit && { stateClass }), disabledByDefault: true };
}

function volumeClass(deviceClass: string | undefined, medium: number | null) {
  if (deviceClass !== 'volume' || medium === null) return {};
  return GAS.has(medium) ? { deviceClass: 'gas' } : WATER.has(medium) ? { deviceClass: 'water' } : {};
}
