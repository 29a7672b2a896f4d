import type { MeasuredValue, Reading } from '@meterbridge/core/model';
import { localTime } from './clock.ts';
import { type ControlsOf, type Identity, PlantMeters } from './meters/identity.ts';
import {
  type Activity,
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  METER_MEASUREMENTS,
  PORT_MEASUREMENTS,
} from './meters/measurements.ts';
import { type InverterState, isLive, type PlantState } from './meters/plant.ts';
import type { PlantReading } from './meters/plant-reading.ts';
import { Presentation, type PresentationSettings } from './meters/presentation.ts';
import {
  activityOf,
  energies,
  inverterValues,
  isSunny,
  meterValues,
  plantValues,
  portValues,
} from './meters/values.ts';
import { ProductionCache, type StoredPort } from './protocol/production.ts';

export interface PlantSettings extends PresentationSettings, Identity {
  readonly timezone: string;
  readonly resetHour: number;
  /** Serial numbers in lower case. */
  readonly excluded: ReadonlySet<string>;
  /** W by serial number, where it is configured. */
  readonly rated: ReadonlyMap<string, number>;
  /** Null: all. */
  readonly inverterKeys: ReadonlySet<string> | null;
  readonly portKeys: ReadonlySet<string> | null;
  readonly isMeterReversed: boolean;
}

type Stored = Readonly<Record<string, StoredPort>>;

/** What is known of an earlier run. */
export interface Kept {
  readonly ports: Stored;
  readonly last: PlantState | null;
}

const NOTHING: Kept = { ports: {}, last: null };

/** A clock that is further off is not set (seconds after 1970 after a power failure) or wrong. */
const CLOCK_OFF_MS = 900_000;

/** Makes readings of what a DTU tells: the plant, each inverter with its ports, and meters behind the DTU. */
export class PlantReadings {
  readonly #settings: PlantSettings;
  readonly #production: ProductionCache;
  readonly #presentation: Presentation;
  readonly #meters: PlantMeters;
  #last: PlantState | null;

  constructor(settings: PlantSettings, { ports, last }: Kept = NOTHING) {
    this.#settings = settings;
    this.#presentation = new Presentation(settings);
    this.#meters = new PlantMeters(settings);
    this.#last = last;
    const counted = Object.entries(ports).filter(
      ([key]) => !settings.excluded.has(key.slice(0, key.indexOf('/'))),
    );
    this.#production = new ProductionCache(settings, Object.fromEntries(counted));
  }

  /** The inverters that were told last, but for those that are excluded. */
  get inverters(): readonly InverterState[] {
    return this.#last?.inverters ?? [];
  }

  /** What the DTU and its inverters can be told to do from now on. */
  set controls(controls: ControlsOf) {
    this.#meters.controls = controls;
  }

  /** What is worth keeping over a restart. */
  stored(): Stored {
    return this.#production.stored();
  }

  /** Another DTU has come: what was known of the ports of the one before is of no use. */
  clear(): void {
    this.#production.clear();
  }

  /** Totals that are held back since it was last asked, in words. */
  takeDoubts(): readonly string[] {
    return this.#production.takeDoubts();
  }

  read(state: PlantState, nowMs: number): readonly Reading[] {
    const { excluded, rated, isMeterReversed } = this.#settings;
    const inverters = state.inverters
      .filter(({ serial }) => !excluded.has(serial))
      .map((inverter) => ({ ...inverter, ratedPower: rated.get(inverter.serial) ?? inverter.ratedPower }));
    const plant = { ...state, inverters };
    this.#last = plant;
    const time = this.#time(plant.timeMs, nowMs);
    const isDay = isSunny(plant);
    const via = this.#meters.dtu(plant);
    const activities = plant.inverters.map((inverter) => activityOf(inverter, isDay));
    const ofInverters = plant.inverters.map((inverter, at) => ({
      meter: this.#meters.inverter(inverter, via),
      time,
      values: this.#inverterValues(inverter, activities[at]!, nowMs),
    }));
    const sums = plantValues(plant, activities, this.#production.sum(nowMs));
    const meters = plant.meters.map(({ serial, values }) => ({
      meter: this.#meters.behind(serial, via),
      time,
      values: this.#presentation.of(METER_MEASUREMENTS, meterValues(values, isMeterReversed)),
    }));
    const ofPlant: PlantReading = {
      meter: via,
      time,
      values: this.#presentation.of(DTU_MEASUREMENTS, sums),
      heard: this.#presentation.of(DTU_MEASUREMENTS, energies(this.#production.heardSum(nowMs))),
    };
    return [ofPlant, ...ofInverters, ...meters];
  }

  /** The readings of a plant whose DTU has gone to sleep with its inverter; null if it was not about to. */
  asleep(nowMs: number): readonly Reading[] | null {
    const last = this.#last;
    if (!last || isSunny(last)) return null;
    const inverters = last.inverters.map((inverter) => ({ ...inverter, isLinked: false, status: 0 }));
    const asleep = { ...last, timeMs: null, powerLimit: null, signal: null, inverters, meters: [] };
    return this.read(asleep, nowMs);
  }

  #inverterValues(inverter: InverterState, activity: Activity, nowMs: number): readonly MeasuredValue[] {
    const { inverterKeys, portKeys } = this.#settings;
    const { serial, ports } = inverter;
    const live = isLive(inverter);
    const production = ports.map(({ port, isHeard, today, total }) =>
      this.#production.update({ serial, port, today, total, isLive: live && isHeard }, nowMs),
    );
    const told = inverterValues(inverter, production, activity);
    const ofPorts = ports.flatMap((port, at) => {
      const values = portValues(port, production[at]!, live);
      return this.#presentation.of(PORT_MEASUREMENTS, values, portKeys, port.port);
    });
    return [...this.#presentation.of(INVERTER_MEASUREMENTS, told, inverterKeys), ...ofPorts];
  }

  #time(toldMs: number | null, nowMs: number): Reading['time'] {
    const isRight = toldMs !== null && Math.abs(toldMs - nowMs) < CLOCK_OFF_MS;
    const epochMs = isRight ? toldMs : nowMs;
    return { epochMs, offsetMinutes: localTime(epochMs, this.#settings.timezone).offset / 60 };
  }
}
