import { Decimal } from '@meterbridge/core/codec';
import type { ESData } from '../protocol/messages.ts';
import type { Json } from './json.ts';

const tenths = (number: number): Decimal => new Decimal(number, 1);

/** Of a DTU of batteries. */
export function storageJson({ time, pv, load, strings, battery, grid }: ESData): Json {
  const phases = grid ? grid.phases : [];
  return {
    time,
    ...(battery && {
      soc_pct: battery.charge,
      soh_pct: battery.health,
      battery_voltage_v: tenths(battery.voltage),
    }),
    ...(pv && {
      pv_to_load_kwh: tenths(pv.first),
      pv_to_battery_kwh: tenths(pv.second),
      pv_to_grid_kwh: tenths(pv.third),
    }),
    ...(load && {
      load_from_pv_kwh: tenths(load.first),
      load_from_battery_kwh: tenths(load.second),
      load_from_grid_kwh: tenths(load.third),
    }),
    ...(grid?.parameters && { grid_frequency_hz: new Decimal(grid.parameters.frequency, 2) }),
    ...numbered(phases, ({ number, voltage, current }) => ({
      [`grid_l${number}_voltage_v`]: tenths(voltage),
      [`grid_l${number}_current_a`]: new Decimal(current, 2),
    })),
    ...numbered(strings, ({ index, voltage, current, power }) => ({
      [`pv${index}_voltage_v`]: tenths(voltage),
      [`pv${index}_current_a`]: new Decimal(current, 2),
      [`pv${index}_power_w`]: power,
    })),
  };
}

function numbered<T>(items: readonly T[], describe: (item: T) => Json): Json {
  return Object.assign({}, ...items.map(describe));
}
