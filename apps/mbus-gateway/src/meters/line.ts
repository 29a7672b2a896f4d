import { Decimal } from '@meterbridge/core/codec';
import {
  type Control,
  type Instant,
  type MeasuredValue,
  type Measurement,
  type Meter,
  POLL_INTERVAL,
} from '@meterbridge/core/model';

/** How the search of a line is getting on. */
export interface SearchState {
  readonly isSearching: boolean;
  /** Part of all that is to be asked, 0 to 1; null before the first search. */
  readonly progress: number | null;
  /** Meters that are known by searching. */
  readonly found: number;
  /** When the last search was over; null if none was yet. */
  readonly searched: Instant | null;
}

const SEARCHING: Measurement = {
  key: 'searching',
  name: 'Searching',
  unit: null,
  diagnostic: true,
  // The control below shows it.
  unannounced: true,
};
const PROGRESS: Measurement = {
  key: 'search_progress',
  name: 'Search progress',
  unit: '%',
  stateClass: 'measurement',
  precision: 0,
};
const FOUND: Measurement = {
  key: 'meters_found',
  name: 'Meters found',
  unit: null,
  stateClass: 'measurement',
};
const SEARCHED: Measurement = {
  key: 'last_search',
  name: 'Last search',
  unit: null,
  deviceClass: 'timestamp',
  diagnostic: true,
};

/** ON searches the line for meters, OFF ends a search before its time. */
const SEARCH: Control = {
  key: 'search',
  name: 'Search for meters',
  kind: 'switch',
  shows: SEARCHING.key,
};
/** How often the meters found on it are read can be told to all of them at once. */
const CONTROLS: readonly Control[] = [SEARCH, POLL_INTERVAL];
const CONTROLS_AT_TIMES: readonly Control[] = [SEARCH];

interface LineSettings {
  readonly id: string;
  readonly name?: string | undefined;
  readonly cron?: string | undefined;
}

/** The line itself, as the device that the meters found on it are connected through. */
export function lineMeter({ id, name, cron }: LineSettings): Meter {
  return {
    id,
    // The settings of its entry are for the meters.
    configId: null,
    type: 'mbus',
    name: name ?? `M-Bus line ${id}`,
    uniqueId: `line_${id}`,
    serialNumber: null,
    manufacturer: null,
    model: 'M-Bus line',
    firmware: null,
    via: null,
    intervalMs: null,
    controls: cron === undefined ? CONTROLS : CONTROLS_AT_TIMES,
  };
}

export function searchValues({
  isSearching,
  progress,
  found,
  searched,
}: SearchState): readonly MeasuredValue[] {
  return [
    { measurement: SEARCHING, value: isSearching ? 'ON' : 'OFF' },
    { measurement: PROGRESS, value: progress === null ? null : new Decimal(Math.floor(progress * 1000), 1) },
    { measurement: FOUND, value: new Decimal(found) },
    { measurement: SEARCHED, value: searched },
  ];
}
