import { Decimal } from '@meterbridge/core/codec';
import type { StateSpace } from '@meterbridge/core/store';
import * as z from 'zod';
import type { PlantState } from './meters/plant.ts';
import { isSunny } from './meters/values.ts';
import type { StoredPort } from './protocol/production.ts';

/** One port, as it is kept over a restart. */
const storedPort = z.object({
  day: z.string(),
  today: z.number().nullable(),
  total: z.number().nullable(),
  toldMs: z.number(),
  doubtful: z.number().nullable(),
  doubtfulToday: z.number().nullable().default(null),
});
const storedPorts = z.record(z.string(), storedPort);

/** What stands behind a DTU, without what was measured. */
const storedPlant = z.object({
  dtuSerial: z.string(),
  dtuFirmware: z.string().nullable(),
  inverters: z.array(
    z.object({
      serial: z.string(),
      firmware: z.string().nullable(),
      ratedPower: z.number().nullable(),
      alarmCount: z.number().nullable(),
      ports: z.array(z.number()),
      /** Keys of its own values. */
      values: z.array(z.string()),
    }),
  ),
});

/** Of the DTU that was read last, or empty. */
export function keptSerial(state: StateSpace): string {
  const serial = state.get('dtu');
  return typeof serial === 'string' ? serial : '';
}

export function keptPorts(state: StateSpace): Readonly<Record<string, StoredPort>> {
  const ports = storedPorts.safeParse(state.get('production'));
  return ports.success ? ports.data : {};
}

/** The plant of an earlier run as it sleeps, or null if it was not about to. */
export function keptPlant(state: StateSpace): PlantState | null {
  const { data: plant } = storedPlant.safeParse(state.get('plant'));
  if (!plant) return null;
  const inverters = plant.inverters.map(({ ports, values, ...rest }) => ({
    ...rest,
    isLinked: false,
    status: 0,
    alarmCode: null,
    values: new Map(values.map((key) => [key, NOTHING])),
    ports: ports.map((port) => ({
      port,
      isHeard: false,
      voltage: NOTHING,
      current: NOTHING,
      power: NOTHING,
      today: 0,
      total: 0,
    })),
  }));
  return { ...plant, inverters, timeMs: null, powerLimit: null, signal: null, meters: [] };
}

/** Keeps a plant for the next run, which may begin while it sleeps. */
export function keepPlant(state: StateSpace, plant: PlantState): void {
  if (isSunny(plant)) {
    state.delete('plant');
    return;
  }
  const { dtuSerial, dtuFirmware, inverters } = plant;
  const kept = inverters.map(({ serial, firmware, ratedPower, alarmCount, ports, values }) => ({
    serial,
    firmware,
    ratedPower,
    alarmCount,
    ports: ports.map(({ port }) => port),
    values: [...values.keys()],
  }));
  state.set('plant', { dtuSerial, dtuFirmware, inverters: kept });
}

const NOTHING = new Decimal(0);
