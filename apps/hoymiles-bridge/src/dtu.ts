import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { Reading } from '@meterbridge/core/model';
import type { MeterCommand, SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import * as z from 'zod';
import { type Asking, askModbus, askProtobuf } from './asking.ts';
import type { DtuEntry, Protocol } from './config.ts';
import { controlsOver } from './control/controls.ts';
import { ControlRules } from './control/rules.ts';
import { targetOf } from './control/target.ts';
import type { PlantState } from './meters/plant.ts';
import { isInsideInverter } from './protocol/serial.ts';
import { PlantReadings } from './readings.ts';
import { settingsOf } from './settings.ts';

const TCP_PORTS: Readonly<Record<Protocol, number>> = { modbus: 502, protobuf: 10_081 };
/** A serial server knows its line by itself. */
const LINE = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;

type Context = SourceContext<DtuEntry>;

/** One port, as it is kept over a restart. */
const storedPort = z.object({
  day: z.string(),
  today: z.number().nullable(),
  total: z.number().nullable(),
  toldMs: z.number(),
  doubtful: z.number().nullable(),
});
const kept = z.object({ ports: z.record(z.string(), storedPort) });

/** One DTU: what it speaks, the connection to it, and what is known of its plant. */
export class Dtu {
  readonly #entry: DtuEntry;
  readonly #plant: PlantReadings;
  readonly #askings: readonly (readonly [Protocol, Asking])[];
  /** The one that was answered. */
  #spoken: readonly [Protocol, Asking] | null = null;
  #link: Link | null = null;
  #dtuSerial = '';
  #busy = Promise.resolve();
  readonly #rules = new ControlRules();

  constructor({ entry, state, report }: Context) {
    this.#entry = entry;
    const stored = kept.safeParse({ ports: state.get('production') });
    this.#plant = new PlantReadings(settingsOf(entry), stored.success ? stored.data.ports : {});
    const modbus = ['modbus', askModbus(entry, state)] as const;
    const protobuf = ['protobuf', askProtobuf(entry, report)] as const;
    const all = [modbus, protobuf];
    this.#askings = entry.protocol === 'auto' ? all : all.filter(([name]) => name === entry.protocol);
  }

  /** @throws BridgeError meter/…, frame/…, link/… */
  read(context: Context): Promise<readonly Reading[]> {
    return this.#alone(() => this.#read(context));
  }

  /** @throws BridgeError control/…, meter/…, frame/…, link/… */
  command(context: Context, command: MeterCommand): Promise<void> {
    return this.#alone(async () => {
      const spoken = this.#spoken;
      if (!spoken) throw new BridgeError('control/refused', 'the DTU was not reached yet');
      const [protocol, asking] = spoken;
      const target = targetOf(command, this.#plant.inverters, protocol, this.#entry.control);
      const order = this.#rules.judge(command, target, performance.now());
      if (!order) return;
      command.tell('accepted');
      const progress = { timezone: this.#entry.timezone, signal: context.signal, tell: command.tell };
      this.#link ??= await this.#open(context, protocol);
      await asking.order(this.#link, context, { order, target, progress });
      this.#rules.done(order, target);
    });
  }

  /** A DTU has time for one question at a time. */
  async #alone<T>(run: () => Promise<T>): Promise<T> {
    const before = this.#busy;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#busy = promise;
    await before;
    try {
      return await run();
    } finally {
      resolve();
    }
  }

  async #read(context: Context): Promise<readonly Reading[]> {
    const nowMs = Date.now();
    try {
      const state = await this.#ask(context, nowMs);
      this.#dtuSerial = state.dtuSerial;
      return this.#tell(context, this.#plant.read(state, nowMs));
    } catch (thrown) {
      await this.close();
      const error = toBridgeError(thrown);
      if (context.signal.aborted) throw error;
      if (error.code === 'meter/not-ready') {
        // After it was switched on: what was told before is still the best that is known.
        context.report(error);
        return [];
      }
      const asleep = isInsideInverter(this.#dtuSerial) ? this.#plant.asleep(nowMs) : null;
      if (!asleep) throw error;
      return this.#tell(context, asleep);
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }

  #tell({ state }: Context, readings: readonly Reading[]): readonly Reading[] {
    state.set('production', this.#plant.stored());
    return readings;
  }

  async #ask(context: Context, nowMs: number): Promise<PlantState> {
    if (this.#spoken) return await this.#askTwice(context, this.#spoken, nowMs);
    let last: BridgeError | null = null;
    for (const one of this.#askings) {
      try {
        const state = await this.#askTwice(context, one, nowMs);
        this.#spoken = one;
        if (this.#entry.control.enabled) this.#plant.controls = controlsOver(one[0]);
        return state;
      } catch (thrown) {
        await this.close();
        last = moreTelling(last, toBridgeError(thrown));
        if (context.signal.aborted) throw last;
      }
    }
    throw last;
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
      const { code } = toBridgeError(thrown);
      const isHopeless = code === 'meter/refused' || code === 'meter/not-ready';
      if (context.signal.aborted || isHopeless || (!wasOpen && !this.#spoken)) throw thrown;
      context.report(toBridgeError(thrown));
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
