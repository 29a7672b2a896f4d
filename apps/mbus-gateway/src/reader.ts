import { type MeasuredValue, type Meter, POLL_INTERVAL, type Reading } from '@meterbridge/core/model';
import { localInstant } from '@meterbridge/core/runtime';
import { machineClock } from './clock.ts';
import { measuredValues, type RecordChoice } from './meters/measurement.ts';
import { statusValue } from './meters/status.ts';
import { fixedMediumName, mediumName } from './protocol/medium.ts';
import type { Readout } from './readout.ts';

export interface ReaderSettings extends RecordChoice {
  readonly id: string;
  readonly name?: string | undefined;
  /** Read at these times of the clock instead of every interval. */
  readonly cron?: string | undefined;
}

export interface ReadingOptions {
  /** When the meter told it. */
  readonly epochMs: number;
  readonly intervalMs: number | null;
  /** The line that it was found on: it has the settings of its entry. */
  readonly via?: Meter | null;
}

const CONTROLS = [POLL_INTERVAL];

/** Where the values of a meter of the fixed structure are counted as in the variable one. */
const FIXED_WATER = 7;
const FIXED_MODE_2 = 10;

/** Makes a reading of what a meter told. */
export function readingOf(
  readout: Readout,
  settings: ReaderSettings,
  { epochMs, intervalMs, via = null }: ReadingOptions,
): Reading {
  const values: MeasuredValue[] = [
    ...measuredValues(readout.records, mediumOf(readout), settings, machineClock),
  ];
  if (readout.header) values.push(statusValue(readout.header.status, readout.structure === 'variable'));
  return { meter: meterOf(readout, settings, { intervalMs, via }), time: localInstant(epochMs), values };
}

function meterOf(
  readout: Readout,
  { id, name, cron }: ReaderSettings,
  { intervalMs, via }: Pick<Meter, 'intervalMs' | 'via'>,
): Meter {
  const { header, address } = readout;
  const medium = mediumOf(readout);
  const kind = medium === null ? 'meter' : nameOfMedium(readout, medium);
  const manufacturer = (header && 'manufacturer' in header && header.manufacturer) || null;
  const version = (header && 'version' in header && header.version) ?? null;
  return {
    id,
    type: 'mbus',
    name: name ?? [manufacturer, kind, header?.id].filter(Boolean).join(' '),
    uniqueId: address ?? id,
    serialNumber: header?.id ?? null,
    manufacturer,
    model: kind,
    firmware: version === null || version === false ? null : String(version),
    via,
    ...(via && { configId: via.id }),
    intervalMs,
    ...(cron === undefined && { controls: CONTROLS }),
  };
}

/** As the variable structure numbers them. */
function mediumOf({ header, structure }: Readout): number | null {
  const medium = header?.medium ?? null;
  if (medium === null || structure === 'variable') return medium;
  return medium >= FIXED_MODE_2 && medium < 15 ? [3, 4, 6, FIXED_WATER, 8][medium - FIXED_MODE_2]! : medium;
}

function nameOfMedium({ structure, header }: Readout, medium: number): string {
  const name = structure === 'fixed' ? fixedMediumName(header?.medium ?? medium) : mediumName(medium);
  // Which pipe the volume is measured in is nothing for a name.
  return `${name.replace(/_(in|out)let$/, '').replaceAll('_', ' ')} meter`;
}
