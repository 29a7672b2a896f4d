import { Decimal } from '@meterbridge/core/codec';
import type { Control, MeasuredValue, Measurement, Meter, Reading, Value } from '@meterbridge/core/model';
import { localTime } from './clock.ts';
import {
  type Activity,
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  METER_MEASUREMENTS,
  PORT_MEASUREMENTS,
  portMeasurement,
} from './meters/measurements.ts';
import { type InverterState, type PlantState, type PortState, plantPower } from './plant.ts';
import { alarmText } from './protocol/alarms.ts';
import { type Production, ProductionCache, type StoredPort } from './protocol/production.ts';
import { dtuModel, inverterModel } from './protocol/serial.ts';

export interface PlantSettings {
  readonly id: string;
  readonly name?: string | undefined;
  readonly timezone: string;
  readonly resetHour: number;
  readonly intervalMs: number;
  /** Serial numbers in lower case. */
  readonly excluded: ReadonlySet<string>;
  /** Null: all. */
  readonly inverterKeys: ReadonlySet<string> | null;
  readonly portKeys: ReadonlySet<string> | null;
  readonly multipliers: Readonly<Record<string, number>>;
  readonly names: Readonly<Record<string, string>>;
  readonly isMeterReversed: boolean;
}

/** A clock that is further off is not set (seconds after 1970 after a power failure) or wrong. */
const CLOCK_OFF_MS = 900_000;
const ALARM = 8;
/** W; who else produces so much shows that there is sun. */
const SUNNY_W = 20;

/** Makes readings of what a DTU tells: the plant, each inverter with its ports, and meters behind the DTU. */
export class PlantReadings {
  readonly #settings: PlantSettings;
  readonly #production: ProductionCache;
  readonly #meters = new Map<string, Meter>();
  /** As published, by key on the meter: the same objects each time. */
  readonly #measurements = new Map<string, Measurement>();
  #last: PlantState | null = null;
  /** What the DTU can be told to do. */
  controls: readonly Control[] = [];

  constructor(settings: PlantSettings, stored: Readonly<Record<string, StoredPort>> = {}) {
    const { timezone, resetHour } = settings;
    this.#settings = settings;
    this.#production = new ProductionCache({ timezone, resetHour }, stored);
  }

  /** Of the inverters that were told last, but for those that are excluded. */
  get serials(): readonly string[] {
    return this.#last?.inverters.map(({ serial }) => serial) ?? [];
  }

  /** What is worth keeping over a restart. */
  stored(): Readonly<Record<string, StoredPort>> {
    return this.#production.stored();
  }

  read(state: PlantState, nowMs: number): readonly Reading[] {
    const { excluded } = this.#settings;
    const plant = { ...state, inverters: state.inverters.filter(({ serial }) => !excluded.has(serial)) };
    this.#last = plant;
    const time = this.#time(plant.timeMs, nowMs);
    const power = plantPower(plant);
    const isSunny = power.toNumber() > SUNNY_W;
    const inverters = plant.inverters.map((inverter) => {
      const production = this.#produce(inverter, nowMs);
      return { inverter, production, activity: activityOf(inverter, isSunny) };
    });
    const dtu = this.#dtu(plant);
    const readings = inverters.map((one) => ({
      meter: this.#inverter(one.inverter, dtu),
      time,
      values: this.#inverterValues(one.inverter, one.production, one.activity),
    }));
    const values = this.#plantValues(
      power,
      inverters.map(({ activity }) => activity),
      hasAlarm(plant),
      nowMs,
    );
    const behind = plant.meters.map(({ serial, values: told }) => ({
      meter: this.#meter(serial, dtu),
      time,
      values: this.#measured(METER_MEASUREMENTS, this.#meterValues(told)),
    }));
    return [{ meter: dtu, time, values }, ...readings, ...behind];
  }

  /** The readings of a plant whose DTU has gone to sleep with its inverter; null if it was not about to. */
  asleep(nowMs: number): readonly Reading[] | null {
    const last = this.#last;
    if (!last || plantPower(last).toNumber() > SUNNY_W) return null;
    const inverters = last.inverters.map((inverter) => ({ ...inverter, isLinked: false, status: 0 }));
    return this.read({ ...last, timeMs: null, inverters, meters: [] }, nowMs);
  }

  #produce(inverter: InverterState, nowMs: number): readonly Production[] {
    const { serial, isLinked, status } = inverter;
    const isLive = isLinked && status !== 0;
    return inverter.ports.map(({ port, today, total }) =>
      this.#production.update({ serial, port, today, total, isLive }, nowMs),
    );
  }

  #time(toldMs: number | null, nowMs: number): Reading['time'] {
    const isRight = toldMs !== null && Math.abs(toldMs - nowMs) < CLOCK_OFF_MS;
    const epochMs = isRight ? toldMs : nowMs;
    return { epochMs, offsetMinutes: localTime(epochMs, this.#settings.timezone).offset / 60 };
  }

  #plantValues(
    power: Decimal,
    activities: readonly Activity[],
    isAlarm: boolean,
    nowMs: number,
  ): readonly MeasuredValue[] {
    const { today, total } = this.#production.sum(nowMs);
    const isProducing = activities.includes('producing');
    const rest = activities.includes('alarm') ? 'alarm' : 'asleep';
    return this.#measured(
      DTU_MEASUREMENTS,
      new Map<string, Value>([
        ['pv_power', power],
        ['today_production', kilowattHours(today)],
        ['total_production', kilowattHours(total)],
        ['alarm_flag', isAlarm ? 'ON' : 'OFF'],
        ['state', isProducing ? 'producing' : rest],
      ]),
    );
  }

  #inverterValues(
    inverter: InverterState,
    production: readonly Production[],
    activity: Activity,
  ): readonly MeasuredValue[] {
    const { serial, isLinked, status, alarmCode, alarmCount, ports } = inverter;
    const { inverterKeys, portKeys } = this.#settings;
    const isLive = isLinked && status !== 0;
    const told = new Map<string, Value>(
      Array.from(inverter.values, ([key, value]) => [key, isLive ? value : null]),
    );
    told.set('state', activity);
    if (ports.length > 0) {
      told.set('pv_power', isLive ? sum(ports) : null);
      told.set('today_production', kilowattHours(total(production.map(({ today }) => today))));
      told.set('total_production', kilowattHours(total(production.map((one) => one.total))));
    }
    told.set('operating_status', new Decimal(status));
    told.set('alarm_code', alarmCode === null ? null : new Decimal(alarmCode));
    told.set('alarm_text', alarmCode === null ? null : alarmText(alarmCode, serial));
    told.set('alarm_count', new Decimal(alarmCount));
    told.set('link_status', new Decimal(isLinked ? 1 : 0));
    const own = this.#measured(INVERTER_MEASUREMENTS, told, inverterKeys);
    const ofPorts = ports.flatMap((port, at) => this.#portValues(port, production[at]!, isLive, portKeys));
    return [...own, ...ofPorts];
  }

  #portValues(
    { port, voltage, current, power }: PortState,
    { today, total }: Production,
    isLive: boolean,
    keys: ReadonlySet<string> | null,
  ): readonly MeasuredValue[] {
    const told = new Map<string, Value>([
      ['pv_voltage', isLive ? voltage : null],
      ['pv_current', isLive ? current : null],
      ['pv_power', isLive ? power : null],
      ['today_production', kilowattHours(today)],
      ['total_production', kilowattHours(total)],
    ]);
    return this.#measured(PORT_MEASUREMENTS, told, keys, port);
  }

  #meterValues(told: ReadonlyMap<string, Decimal>): ReadonlyMap<string, Value> {
    const [into, out] = this.#settings.isMeterReversed ? ['pos', 'neg'] : ['neg', 'pos'];
    const values = new Map<string, Value>();
    for (const [key, value] of told) values.set(key.replace(/_[wva]$/, ''), value);
    values.set('energy_import', told.get(`energy_${into}_wh`)?.shift(-3) ?? null);
    values.set('energy_export', told.get(`energy_${out}_wh`)?.shift(-3) ?? null);
    return values;
  }

  /** What was told, in the order of the table, with the settings of the user. */
  #measured(
    table: readonly Measurement[],
    told: ReadonlyMap<string, Value>,
    keys: ReadonlySet<string> | null = null,
    port: number | null = null,
  ): readonly MeasuredValue[] {
    return table.flatMap((measurement) => {
      const { key } = measurement;
      const value = told.get(key);
      if (value === undefined || (keys && !keys.has(key))) return [];
      return [{ measurement: this.#named(measurement, port), value: this.#multiplied(key, value) }];
    });
  }

  #named(plain: Measurement, port: number | null): Measurement {
    const cacheKey = `${plain.name} ${plain.key} ${port}`;
    const known = this.#measurements.get(cacheKey);
    if (known) return known;
    const own = port === null ? plain : portMeasurement(plain, port);
    const name = this.#settings.names[own.key] ?? this.#settings.names[plain.key];
    const prefix = port === null ? '' : `Port ${port} `;
    const measurement =
      name === undefined ? own : { ...own, name: own.key in this.#settings.names ? name : prefix + name };
    this.#measurements.set(cacheKey, measurement);
    return measurement;
  }

  #multiplied(key: string, value: Value): Value {
    const factor = this.#settings.multipliers[key];
    if (factor === undefined || !(value instanceof Decimal)) return value;
    return Decimal.parse((value.toNumber() * factor).toFixed(value.decimals + 3)) ?? value;
  }

  #dtu({ dtuSerial, dtuFirmware: firmware }: PlantState): Meter {
    const { id, name } = this.#settings;
    const model = dtuModel(dtuSerial) ?? 'DTU';
    return this.#known({ id, name: name ?? `Hoymiles ${id}`, serial: dtuSerial, model, firmware, via: null });
  }

  #inverter({ serial, firmware }: InverterState, via: Meter): Meter {
    const model = inverterModel(serial);
    return this.#known({
      id: `${via.id}_${serial}`,
      name: `Inverter ${serial}`,
      serial,
      model,
      firmware,
      via,
    });
  }

  #meter(serial: string, via: Meter): Meter {
    return this.#known({
      id: `${via.id}_${serial}`,
      name: `Meter ${serial}`,
      serial,
      model: null,
      firmware: null,
      via,
    });
  }

  /** The same object as long as nothing of it changes. */
  #known(of: Pick<Meter, 'id' | 'name' | 'model' | 'firmware' | 'via'> & { readonly serial: string }): Meter {
    const { serial, ...rest } = of;
    const before = this.#meters.get(rest.id);
    if (
      before &&
      before.firmware === rest.firmware &&
      before.via === rest.via &&
      before.serialNumber === serial
    )
      return before;
    const { intervalMs } = this.#settings;
    const uniqueId = serial.toLowerCase() || rest.id;
    const meter: Meter = {
      ...rest,
      type: 'hoymiles',
      uniqueId,
      serialNumber: serial || null,
      manufacturer: 'Hoymiles',
      intervalMs,
      ...(rest.via === null && this.controls.length > 0 && { controls: this.controls }),
    };
    this.#meters.set(rest.id, meter);
    return meter;
  }
}

function activityOf({ isLinked, status }: InverterState, isSunny: boolean): Activity {
  if (isLinked && status === ALARM) return 'alarm';
  if (isLinked && status !== 0) return 'producing';
  return isSunny ? 'offline' : 'asleep';
}

function hasAlarm({ inverters }: PlantState): boolean {
  return inverters.some(
    ({ isLinked, status, alarmCode }) => isLinked && (status === ALARM || (alarmCode ?? 0) !== 0),
  );
}

function sum(ports: readonly PortState[]): Decimal {
  return ports.reduce((all, { power }) => all.plus(power), new Decimal(0, 1));
}

function total(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}

function kilowattHours(wattHours: number | null): Decimal | null {
  return wattHours === null ? null : new Decimal(wattHours, 3);
}
