import { BridgeError, type ErrorCode, toBridgeError } from '@meterbridge/core/errors';
import type { MeterCommand, SourceContext } from '@meterbridge/core/runtime';
import type { DtuEntry } from '../config.ts';
import type { DtuConnection } from '../connection.ts';
import type { InverterState } from '../meters/plant.ts';
import { Effects } from './effects.ts';
import { ControlRules, type Order, type Target } from './rules.ts';
import { targetOf } from './target.ts';

type Context = SourceContext<DtuEntry>;

/** There was no connection over which anything could have been sent. */
const NOT_REACHED: ReadonlySet<ErrorCode> = new Set(['link/refused', 'link/timeout', 'link/not-found']);

const LASTING = 'this DTU has no temporary limits: the inverters keep this one for good';

/** An order that the DTU has taken. */
export interface Taken {
  readonly order: Order;
  readonly target: Target;
}

/** Carries out what a DTU and its inverters are told. */
export class Commander {
  readonly #entry: DtuEntry;
  readonly #connection: DtuConnection;
  readonly #rules: ControlRules;
  readonly #effects = new Effects();
  /** Until it is told otherwise. */
  #hasTemporaryLimits = true;

  constructor({ entry, state }: Pick<Context, 'entry' | 'state'>, connection: DtuConnection) {
    this.#entry = entry;
    this.#connection = connection;
    this.#rules = new ControlRules(state);
  }

  /**
   * @returns null if all is as it shall be
   * @throws BridgeError control/…, meter/…, frame/…, link/…
   */
  async order(
    context: Context,
    command: MeterCommand,
    inverters: readonly InverterState[],
  ): Promise<Taken | null> {
    const { protocol } = this.#connection;
    if (!protocol) throw new BridgeError('control/refused', 'the DTU was not reached yet');
    const mayBeTemporary = this.#entry.control.temporary && this.#hasTemporaryLimits;
    const target = targetOf(command, inverters, protocol, mayBeTemporary);
    const order = this.#rules.judge(command, target, Date.now());
    if (!order) return null;
    command.tell('accepted');
    try {
      return await this.#carryOut(context, command, { order, target });
    } catch (thrown) {
      if (!isTemporary({ order, target }) || toBridgeError(thrown).code !== 'meter/refused') throw thrown;
    }
    this.#hasTemporaryLimits = false;
    const lasting = { ...target, isTemporary: false };
    const again = this.#rules.judge(command, lasting, Date.now());
    if (!again) return null;
    command.tell('running', LASTING);
    return await this.#carryOut(context, command, { order: again, target: lasting });
  }

  /** Inverters were read. */
  read(inverters: readonly InverterState[]): void {
    this.#effects.read(inverters);
  }

  /** Waits until the measurements show what was ordered. @throws BridgeError control/refused */
  async shown({ order, target }: Taken, signal: AbortSignal): Promise<void> {
    await this.#effects.shown(order, target, signal);
  }

  async #carryOut(context: Context, { tell }: MeterCommand, taken: Taken): Promise<Taken> {
    const { order, target } = taken;
    const progress = { timezone: this.#entry.timezone, signal: context.signal, tell };
    try {
      await this.#connection.order(context, { order, target, progress });
    } catch (thrown) {
      if (NOT_REACHED.has(toBridgeError(thrown).code)) this.#rules.undone(order, target);
      throw thrown;
    }
    this.#rules.done(order, target);
    return taken;
  }
}

function isTemporary({ order, target }: Taken): boolean {
  return order.kind === 'limit' && target.isTemporary;
}
