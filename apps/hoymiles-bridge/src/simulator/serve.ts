import { seededRandom } from '@meterbridge/core/codec';
import { type Link, listenTcp } from '@meterbridge/core/transport';
import type { BLOCK_MAPS } from '../protocol/block-map.ts';
import { serveProtobuf } from './dtu-server.ts';
import { type Fault, Faults } from './faults.ts';
import { serveModbus } from './modbus-server.ts';
import { type SimulatedInverter, SimulatedPlant } from './plant.ts';

interface Place {
  readonly host: string;
  readonly tcpPort: number;
}

export interface DtuSimulation {
  readonly dtuSerial: string;
  readonly inverters: readonly SimulatedInverter[];
  readonly modbus?: Place | undefined;
  readonly protobuf?: Place | undefined;
  readonly framing?: 'tcp' | 'rtu-over-tcp';
  readonly addressing?: keyof typeof BLOCK_MAPS;
  readonly faults?: readonly Fault[];
  /** Key material of an encrypted DTU. */
  readonly encRand?: Uint8Array | null;
  /** Inverters in one page of protobuf. */
  readonly perPage?: number;
  /** Same seed, same plant and same faults. */
  readonly seed?: number;
  /** Unix milliseconds; default: the machine's. */
  readonly now?: () => number;
}

export interface SimulatedDtu extends AsyncDisposable {
  readonly plant: SimulatedPlant;
  /** Where it listens; null if it does not. */
  readonly modbusPort: number | null;
  readonly protobufPort: number | null;
  /** Modbus requests so far. */
  readonly requests: readonly Uint8Array[];
  /** Connections that were accepted so far. */
  readonly connections: number;
  /** Those of protobuf that are open. */
  readonly clients: number;
  /** Actions that were commanded over protobuf. */
  readonly actions: readonly number[];
  /** It has started anew: clients are gone, and the key is another one. */
  restart(encRand: Uint8Array | null): Promise<void>;
}

/** A simulated DTU on either protocol, or both. */
export async function serveDtu(simulation: DtuSimulation): Promise<SimulatedDtu> {
  const {
    dtuSerial,
    inverters,
    faults: names = [],
    seed = 1,
    now = Date.now,
    framing = 'tcp',
    addressing = 'byte',
  } = simulation;
  const random = seededRandom(seed);
  const plant = new SimulatedPlant({ dtuSerial, inverters, random });
  const faults = new Faults(names, random);
  const requests: Uint8Array[] = [];
  const actions: number[] = [];
  const abort = new AbortController();
  const { signal } = abort;
  const session = { encRand: simulation.encRand ?? null };
  let connections = 0;
  let clients = 0;
  /** On protobuf a DTU has time for one client: the one that comes puts the one before out. */
  let client: Link | null = null;
  await using opened = new AsyncDisposableStack();
  const onRequest = (pdu: Uint8Array): void => {
    requests.push(pdu);
  };
  const modbus = simulation.modbus && {
    listener: await listenTcp(
      simulation.modbus,
      (link) => {
        connections++;
        return serveModbus(link, { plant, faults, framing, addressing, now, onRequest }, signal);
      },
      { signal },
    ),
  };
  if (modbus) opened.use(modbus.listener);
  const perPage = simulation.perPage ?? 8;
  const settings = { plant, faults, now, perPage, actions, session, random, frozen: new Map() };
  const protobuf = simulation.protobuf && {
    listener: await listenTcp(
      simulation.protobuf,
      async (link) => {
        connections++;
        const before = client;
        client = link;
        await before?.close();
        clients++;
        await serveProtobuf(link, settings, signal).finally(() => clients--);
      },
      { signal },
    ),
  };
  if (protobuf) opened.use(protobuf.listener);
  const resources = opened.move();
  return {
    plant,
    requests,
    actions,
    get connections() {
      return connections;
    },
    get clients() {
      return clients;
    },
    modbusPort: modbus?.listener.tcpPort ?? null,
    protobufPort: protobuf?.listener.tcpPort ?? null,
    async restart(fresh) {
      session.encRand = fresh;
      await client?.close();
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await resources.disposeAsync();
    },
  };
}
