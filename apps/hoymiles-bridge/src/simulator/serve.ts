import { seededRandom } from '@meterbridge/core/codec';
import { type Link, listenTcp } from '@meterbridge/core/transport';
import type { BLOCK_MAPS } from '../protocol/block-map.ts';
import type { DtuServerSettings } from './dtu-answers.ts';
import { isThere, serveProtobuf } from './dtu-server.ts';
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
  /** Protobuf: a meter of energy stands behind it. */
  readonly hasMeter?: boolean;
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

/** Who was connected, and is. */
interface Clients {
  connections: number;
  /** Those of protobuf that are open. */
  open: number;
  /** On protobuf a DTU has time for one client: the one that comes puts the one before out. */
  last: Link | null;
}

/** A simulated DTU on either protocol, or both. */
export async function serveDtu(simulation: DtuSimulation): Promise<SimulatedDtu> {
  const { dtuSerial, inverters, faults: names = [], seed = 1, now = Date.now } = simulation;
  const { framing = 'tcp', addressing = 'byte', perPage = 8, hasMeter = false } = simulation;
  const random = seededRandom(seed);
  const plant = new SimulatedPlant({ dtuSerial, inverters, random });
  const faults = new Faults(names, random);
  const clients: Clients = { connections: 0, open: 0, last: null };
  const requests: Uint8Array[] = [];
  const actions: number[] = [];
  const session = { encRand: simulation.encRand ?? null };
  const abort = new AbortController();
  const { signal } = abort;
  const onRequest = (pdu: Uint8Array): unknown => requests.push(pdu);
  const ofModbus = { plant, faults, framing, addressing, now, onRequest };
  const memory = { actions, session, frozen: new Map(), late: [] };
  const ofProtobuf = { plant, faults, now, perPage, hasMeter, random, ...memory };
  await using opened = new AsyncDisposableStack();
  const listen = async (place: Place | undefined, serve: (link: Link) => Promise<void>) =>
    place ? opened.use(await listenTcp(place, serve, { signal })).tcpPort : null;
  const modbusPort = await listen(simulation.modbus, async (link) => {
    clients.connections++;
    await serveModbus(link, ofModbus, signal);
  });
  const protobufPort = await listen(simulation.protobuf, (link) =>
    serveClient(link, ofProtobuf, clients, signal),
  );
  const resources = opened.move();
  return {
    plant,
    requests,
    actions,
    get connections() {
      return clients.connections;
    },
    get clients() {
      return clients.open;
    },
    modbusPort,
    protobufPort,
    async restart(fresh) {
      session.encRand = fresh;
      await clients.last?.close();
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await resources.disposeAsync();
    },
  };
}

async function serveClient(
  link: Link,
  settings: DtuServerSettings,
  clients: Clients,
  signal: AbortSignal,
): Promise<void> {
  clients.connections++;
  if (!isThere(settings)) return;
  const before = clients.last;
  clients.last = link;
  await before?.close();
  clients.open++;
  await serveProtobuf(link, settings, signal).finally(() => clients.open--);
}
