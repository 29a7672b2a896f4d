import { BridgeError, type ErrorCode, toBridgeError } from '@meterbridge/core/errors';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import { type Asking, askModbus, askProtobuf, type Commanded, type Timing } from './asking.ts';
import type { DtuEntry, Protocol } from './config.ts';
import type { PlantState } from './meters/plant.ts';

const TCP_PORTS: Readonly<Record<Protocol, number>> = { modbus: 502, protobuf: 10_081 };
/** A serial server knows its line by itself. */
const LINE = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
/** What is not better over another connection. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  'meter/refused',
  'meter/not-ready',
  'meter/frozen',
  'meter/key-spent',
]);

type Context = SourceContext<DtuEntry>;

/** The connection to a DTU, once it is known what it speaks. */
export class DtuConnection {
  readonly #entry: DtuEntry;
  readonly #askings: readonly (readonly [Protocol, Asking])[];
  /** The one that was answered. */
  #spoken: readonly [Protocol, Asking] | null = null;
  #link: Link | null = null;

  constructor(context: Pick<Context, 'entry' | 'state' | 'report'>, timing: Timing) {
    const { entry } = context;
    this.#entry = entry;
    const modbus = ['modbus', askModbus(entry, context.state, timing)] as const;
    const protobuf = ['protobuf', askProtobuf(entry, context, timing)] as const;
    const all = [modbus, protobuf];
    this.#askings = entry.protocol === 'auto' ? all : all.filter(([name]) => name === entry.protocol);
  }

  /** Null: it was not reached yet. */
  get protocol(): Protocol | null {
    return this.#spoken?.[0] ?? null;
  }

  /** @throws BridgeError meter/…, frame/…, link/… */
  async read(context: Context, nowMs: number): Promise<PlantState> {
    if (this.#spoken) return await this.#askTwice(context, this.#spoken, nowMs);
    let last: BridgeError | null = null;
    for (const one of this.#askings) {
      try {
        const state = await this.#askTwice(context, one, nowMs);
        this.#spoken = one;
        return state;
      } catch (thrown) {
        await this.close();
        last = moreTelling(last, toBridgeError(thrown));
        if (context.signal.aborted) throw last;
      }
    }
    throw last;
  }

  /** @throws BridgeError control/…, meter/…, frame/…, link/… */
  async order(context: Context, commanded: Commanded): Promise<void> {
    if (!this.#spoken) throw new BridgeError('control/refused', 'the DTU was not reached yet');
    const [protocol, asking] = this.#spoken;
    // A restart that came through ends the connection as well: it is not ordered twice.
    const mayRepeat = commanded.order.kind === 'limit' || commanded.order.kind === 'power';
    const confirm = await this.#over(context, protocol, mayRepeat, (link) =>
      asking.order(link, context, commanded),
    );
    await this.#over(context, protocol, true, confirm);
  }

  /** @param mayRepeat over another connection, if the one that stood is dead */
  async #over<T>(
    context: Context,
    protocol: Protocol,
    mayRepeat: boolean,
    ask: (link: Link) => Promise<T>,
  ): Promise<T> {
    const wasOpen = this.#link !== null;
    this.#link ??= await this.#open(context, protocol);
    try {
      return await ask(this.#link);
    } catch (thrown) {
      const { code } = toBridgeError(thrown);
      if (/^(?:link|frame)\//.test(code)) await this.close();
      if (!wasOpen || !mayRepeat || code !== 'link/lost') throw thrown;
      this.#link = await this.#open(context, protocol);
      return await ask(this.#link);
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }

  /** A connection that stood for long may be dead, and a DTU may have a new key: once more, from the beginning. */
  async #askTwice(
    context: Context,
    [protocol, asking]: readonly [Protocol, Asking],
    nowMs: number,
  ): Promise<PlantState> {
    const wasOpen = this.#link !== null;
    this.#link ??= await this.#open(context, protocol);
    try {
      return await asking.read(this.#link, context, nowMs);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (context.signal.aborted || HOPELESS.has(error.code) || (!wasOpen && !this.#spoken)) throw error;
      // Many DTUs hang up when nothing is asked for a while.
      if (!wasOpen || error.code !== 'link/lost') context.report(error);
      await this.close();
      this.#link = await this.#open(context, protocol);
      return await asking.read(this.#link, context, nowMs);
    }
  }

  #open(context: Context, protocol: Protocol): Promise<Link> {
    const { host, port: tcpPort = TCP_PORTS[protocol] } = this.#entry;
    return context.open({ kind: 'tcp', host, tcpPort }, LINE);
  }
}

/** Of two protocols that failed, the one that at least could be connected to tells more. */
function moreTelling(one: BridgeError | null, other: BridgeError): BridgeError {
  return one && !one.code.startsWith('link/') ? one : other;
}
