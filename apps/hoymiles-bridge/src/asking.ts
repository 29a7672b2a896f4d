import { randomInt } from 'node:crypto';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import * as z from 'zod';
import { localTime } from './clock.ts';
import type { DtuEntry } from './config.ts';
import { DTU_TIMING, DtuSession, SessionKey } from './dtu-session.ts';
import { MODBUS_TIMING, ModbusClient } from './modbus-client.ts';
import { type PlantState, plantOfBlocks, plantOfRealData } from './plant.ts';
import { serialText } from './protocol/serial.ts';
import { dtuVersion, inverterVersion } from './protocol/version.ts';
import { DtuReader } from './reader-dtu.ts';
import { BlockReader } from './reader-modbus.ts';

type Context = SourceContext<DtuEntry>;

/** Asks a DTU for its plant over a connection. @throws BridgeError meter/…, frame/…, link/… */
export type Asking = (link: Link, context: Context, nowMs: number) => Promise<PlantState>;

const shape = z.object({ width: z.union([z.literal(1), z.literal(6)]), count: z.int().nullable() });

/** Remembers over a restart how much the DTU takes in one read. */
export function askModbus(entry: DtuEntry, state: Context['state']): Asking {
  const { framing, unit, addressing } = entry;
  const known = shape.safeParse(state.get('blocks'));
  const reader = new BlockReader(addressing, known.success ? known.data : null);
  const clients = new WeakMap<Link, ModbusClient>();
  return async (link, context, nowMs) => {
    const client =
      clients.get(link) ??
      new ModbusClient(link, { framing, unit, ...MODBUS_TIMING }, context.signal, context.frame);
    clients.set(link, client);
    const { dtuSerial, ports } = await reader.read(
      (address, quantity) => client.read(address, quantity),
      nowMs,
    );
    context.state.set('blocks', reader.shape);
    return plantOfBlocks(dtuSerial, ports);
  };
}

export function askProtobuf({ fast_refresh, timezone }: DtuEntry): Asking {
  const key = new SessionKey(randomInt(0x10000));
  const reader = new DtuReader(key, fast_refresh);
  const sessions = new WeakMap<Link, DtuSession>();
  return async (link, { signal, frame: seen }, nowMs) => {
    const known = sessions.get(link);
    const session = known ?? new DtuSession(link, DTU_TIMING, key, { signal, seen });
    sessions.set(link, session);
    try {
      const { data, info, alarms } = await reader.read(session, nowMs, localTime(nowMs, timezone));
      const inverters = info.inverters.map(
        ({ serial, software }) => [serialText(serial), inverterVersion(software)] as const,
      );
      const dtu = info.dtu && dtuVersion(info.dtu.software);
      return plantOfRealData(data, alarms, { dtu, inverters: new Map(inverters) });
    } catch (thrown) {
      reader.doubt();
      throw thrown;
    }
  };
}
