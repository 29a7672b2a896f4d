/** What goes wrong now and then. */
const ACCIDENTS = [
  /** A request is not answered. */
  'silence',
  'crc',
  'truncate',
  /** Modbus: an answer ends after its function code. */
  'short',
  /** Modbus: exception 6, busy. */
  'busy',
  /** An answer to something that was asked before, or a heartbeat, comes first. */
  'stale',
  /** Protobuf: the connection ends, and its answer comes on the next one. */
  'late',
  'close',
  /** A port tells zeros although its inverter is linked. */
  'zeros',
  /** A total jumps up once. */
  'spike',
  'not-ready',
] as const;

/** Ways of a device. */
const WAYS = [
  /** Modbus: the byte count is wrong. */
  'byte-count',
  /** Modbus: twice as many registers as were asked for. */
  'long',
  /** Modbus: the first port is listed twice. */
  'twins',
  /** Modbus: one port in each read at most. */
  'narrow',
  /** Modbus: no answers any more to who asks without a pause. */
  'locks-up',
  /** Connected, but never answers. */
  'deaf',
  /** Answers come in pieces of a few bytes. */
  'split',
  /** Values are minutes old; over protobuf, unless fast refresh is asked for. */
  'slow',
  /** Protobuf: gone for 70 s in every five minutes, as without a cloud. */
  'away',
  'no-commands',
  /** Protobuf: error 7 for each command. */
  'refuses',
  /** Protobuf: a limit is under way when it is first asked for. */
  'slow-commands',
  /** Modbus: no limits that are forgotten. */
  'no-temporary',
  /** Protobuf: inverters do not tell their limit. */
  'no-limits',
  /** Protobuf: alarms in the older layout. */
  'old-alarms',
  'frozen',
] as const;

export const FAULTS = [...ACCIDENTS, ...WAYS] as const;
export type Fault = (typeof FAULTS)[number];

/** One answer in this many is struck by each accident. */
const ONE_IN = 6;
const ALWAYS: ReadonlySet<Fault> = new Set(WAYS);

/** What goes wrong with a simulated DTU. */
export class Faults {
  readonly #faults: ReadonlySet<Fault>;
  readonly #random: () => number;

  constructor(faults: Iterable<Fault>, random: () => number) {
    this.#faults = new Set(faults);
    this.#random = random;
  }

  strikes(fault: Fault): boolean {
    return this.#faults.has(fault) && (ALWAYS.has(fault) || this.#random() < 1 / ONE_IN);
  }

  /** Bytes as they arrive: whole, with a bit that changed, or cut. */
  damaged(bytes: Uint8Array): Uint8Array {
    if (this.strikes('truncate')) return bytes.slice(0, Math.floor(this.#random() * bytes.length));
    if (!this.strikes('crc')) return bytes;
    const damaged = bytes.slice();
    damaged[bytes.length - 1]! ^= 1;
    return damaged;
  }
}
