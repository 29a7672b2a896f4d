import { randomInt } from 'node:crypto';
import { Decimal } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import * as z from 'zod';
import { localTime } from './clock.ts';
import { bySerial, type DtuEntry, type Protocol } from './config.ts';
import { type Confirm, orderOverModbus, orderOverProtobuf, type Progress } from './control/orders.ts';
import type { Order, Target } from './control/rules.ts';
import { DTU_TIMING, DtuSession } from './dtu-session.ts';
import { CurrentScale } from './meters/current-scale.ts';
import type { PlantState } from './meters/plant.ts';
import { plantOfBlocks } from './meters/plant-of-blocks.ts';
import { plantOfRealData } from './meters/plant-of-realdata.ts';
import { MODBUS_TIMING, ModbusClient } from './modbus-client.ts';
import { storedLimit } from './protocol/appinfo.ts';
import { BLOCK_MAPS } from './protocol/block-map.ts';
import { ratedPower } from './protocol/rated-power.ts';
import { serialText } from './protocol/serial.ts';
import { dtuVersion, inverterVersion } from './protocol/version.ts';
import { type DtuPoll, DtuReader } from './reader-dtu.ts';
import { BlockReader, type PlantBlocks } from './reader-modbus.ts';
import { SessionKey } from './session-key.ts';

type Context = SourceContext<DtuEntry>;

/** What shall be done, and who is told how it is getting on. */
export interface Commanded {
  readonly order: Order;
  readonly target: Target;
  readonly progress: Progress;
}

/** Asks a DTU for its plant over a connection, or tells it something. @throws BridgeError meter/…, frame/…, link/… */
export interface Asking {
  read(link: Link, context: Context, nowMs: number): Promise<PlantState>;
  /** @throws BridgeError control/… as well */
  order(link: Link, context: Context, commanded: Commanded): Promise<Confirm<Link>>;
}

/** How long answers are waited for, and how long a DTU is left alone between two requests; tests have less time. */
export type Timing = Readonly<Record<Protocol, { readonly timeoutMs: number; readonly pauseMs: number }>>;
export const TIMING: Timing = { modbus: MODBUS_TIMING, protobuf: DTU_TIMING };

const shape = z.object({ width: z.int().min(1).max(6), count: z.int().nullable() });

/** Remembers over a restart how much the DTU takes in one read. */
export function askModbus(entry: DtuEntry, state: Context['state'], timing: Timing): Asking {
  const { framing, unit, addressing } = entry;
  const scale = new CurrentScale(bySerial(entry.pv_current_decimals));
  const known = shape.safeParse(state.get('blocks'));
  const reader = new BlockReader(BLOCK_MAPS[addressing], known.success ? known.data : null);
  const clients = new WeakMap<Link, ModbusClient>();
  let listed: PlantBlocks['entries'] = new Map();
  const clientOf = (link: Link, { signal, frame }: Context): ModbusClient => {
    const known = clients.get(link);
    if (known) return known;
    const client = new ModbusClient(link, { framing, unit, ...timing.modbus }, signal, frame);
    clients.set(link, client);
    reader.connected();
    return client;
  };
  return {
    async read(link, context, nowMs) {
      const client = clientOf(link, context);
      const read = (address: number, quantity: number) => client.read(address, quantity);
      const { dtuSerial, ports, entries } = await reader.read(read, nowMs);
      listed = entries;
      context.state.set('blocks', reader.shape);
      for (const serial of scale.misfits(ports)) context.report(otherScale(serial));
      return plantOfBlocks(dtuSerial, scale.of(ports));
    },
    async order(link, context, { order, target, progress }) {
      const confirm = await orderOverModbus(clientOf(link, context), order, target, listed, progress);
      return (later) => confirm(clientOf(later, context));
    },
  };
}

function otherScale(serial: string): BridgeError {
  const detail = `the PV current of inverter ${serial} fits its power better with the other number of decimals`;
  return new BridgeError('meter/other-scale', detail);
}

export function askProtobuf(
  { fast_refresh, timezone }: DtuEntry,
  { report, state }: Pick<Context, 'report' | 'state'>,
  timing: Timing,
): Asking {
  const key = new SessionKey(randomInt(0x10000), state);
  const reader = new DtuReader(key, fast_refresh, report);
  const sessions = new WeakMap<Link, DtuSession>();
  const sessionOf = (link: Link, { signal, frame: seen }: Context): DtuSession => {
    const session = sessions.get(link) ?? new DtuSession(link, timing.protobuf, key, { signal, seen });
    sessions.set(link, session);
    return session;
  };
  return {
    async read(link, context, nowMs) {
      try {
        const poll = await reader.read(sessionOf(link, context), nowMs, localTime(nowMs, timezone));
        return plantOfPoll(poll);
      } catch (thrown) {
        reader.doubt();
        throw thrown;
      }
    },
    async order(link, context, { order, target, progress }) {
      const confirm = await orderOverProtobuf(sessionOf(link, context), order, target, progress);
      if (order.kind === 'limit') reader.refresh();
      return (later) => confirm(sessionOf(later, context));
    },
  };
}

function plantOfPoll({ data, info, alarms }: DtuPoll): PlantState {
  const inverters = info.inverters.map(
    ({ serial, software, hardwarePart }) =>
      [
        serialText(serial),
        { firmware: inverterVersion(software), ratedPower: ratedPower(hardwarePart) },
      ] as const,
  );
  const dtuFirmware = info.dtu && dtuVersion(info.dtu.software);
  const signal = info.dtu && info.dtu.signal > 0 ? new Decimal(info.dtu.signal) : null;
  const powerLimit = storedLimit(info);
  return plantOfRealData(data, alarms, { dtuFirmware, powerLimit, signal, inverters: new Map(inverters) });
}
