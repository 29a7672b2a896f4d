import { BridgeError } from '@meterbridge/core/errors';
import type { MeterCommand } from '@meterbridge/core/runtime';
import type { StateSpace } from '@meterbridge/core/store';
import * as z from 'zod';
import { isGen2 } from '../protocol/serial.ts';
import { checkLimit } from '../protocol/write.ts';
import { KEY } from './controls.ts';

/** An inverter keeps its limit in an EEPROM, which wears. */
const LIMIT_EVERY_MS = 60_000;
/** For so long it is taken that nobody else has set another limit, and the same one is not written again. */
const SAME_FOR_MS = 600_000;

/** What shall be done, once it is known to make sense. */
export type Order =
  | { readonly kind: 'limit'; readonly percent: number }
  | { readonly kind: 'power'; readonly isOn: boolean }
  | { readonly kind: 'restart' }
  | { readonly kind: 'restart-dtu' };

/** Whom an order is for. */
export interface Target {
  readonly serials: readonly string[];
  /** All inverters of the DTU. */
  readonly isAll: boolean;
  /** W together; null if it is not known. */
  readonly ratedPower: number | null;
  /** % in which limits can be set. */
  readonly step: number;
  /** Its limits are forgotten with the next start, and may be set at any time. */
  readonly isTemporary: boolean;
}

/** The last limit of an inverter. */
const limited = z.object({
  /** Unix milliseconds. */
  atMs: z.number(),
  /** null: not known to hold. */
  percent: z.number().nullable(),
});
type Limited = z.output<typeof limited>;
const kept = z.record(z.string(), limited);

/** Decides which commands are carried out. When limits were written is kept: a restart makes no memory wear less. */
export class ControlRules {
  readonly #state: Pick<StateSpace, 'get' | 'set'>;
  /** By serial number. */
  readonly #limited: Map<string, Limited>;

  constructor(state: Pick<StateSpace, 'get' | 'set'>) {
    this.#state = state;
    const known = kept.safeParse(state.get('limits'));
    this.#limited = new Map(known.success ? Object.entries(known.data) : []);
  }

  /**
   * @param nowMs Unix milliseconds
   * @returns null if all is as it shall be
   * @throws BridgeError control/out-of-range, control/refused
   */
  judge(command: Pick<MeterCommand, 'key' | 'text'>, target: Target, nowMs: number): Order | null {
    const order = orderOf(command, target);
    if (order.kind !== 'limit' || target.isTemporary) return order;
    const before = target.serials.map((serial) => this.#before(serial, nowMs));
    const isSame = (one: Limited | undefined): boolean =>
      one?.percent === order.percent && nowMs - one.atMs < SAME_FOR_MS;
    if (before.length > 0 && before.every(isSame)) return null;
    const waitMs = Math.max(...before.map((one) => (one ? one.atMs + LIMIT_EVERY_MS - nowMs : 0)));
    if (waitMs > 0) {
      const detail = `inverters wear with each new limit: the next one is taken in ${Math.ceil(waitMs / 1000)} s`;
      throw new BridgeError('control/refused', detail);
    }
    for (const serial of target.serials) this.#limited.set(serial, { atMs: nowMs, percent: null });
    this.#keep();
    return order;
  }

  /** An order did not reach the DTU: nothing was written. */
  undone(order: Order, { serials }: Target): void {
    if (order.kind !== 'limit') return;
    for (const serial of serials) this.#limited.delete(serial);
    this.#keep();
  }

  /** An order was carried out. */
  done(order: Order, { serials, isTemporary }: Target): void {
    if (order.kind !== 'limit') return;
    for (const serial of serials) {
      const known = this.#limited.get(serial);
      if (known) this.#limited.set(serial, { ...known, percent: isTemporary ? null : order.percent });
    }
    this.#keep();
  }

  /** What was written before; not in the future, should the clock have been set back. */
  #before(serial: string, nowMs: number): Limited | undefined {
    const known = this.#limited.get(serial);
    if (!known || known.atMs <= nowMs) return known;
    const now = { ...known, atMs: nowMs };
    this.#limited.set(serial, now);
    return now;
  }

  #keep(): void {
    this.#state.set('limits', Object.fromEntries(this.#limited), 0);
  }
}

function orderOf({ key, text }: Pick<MeterCommand, 'key' | 'text'>, target: Target): Order {
  if (key === KEY.power) return { kind: 'power', isOn: switched(text) };
  if (key === KEY.restart && text === 'PRESS') return { kind: 'restart' };
  if (key === KEY.restartDtu && text === 'PRESS') return { kind: 'restart-dtu' };
  if (key !== KEY.percent && key !== KEY.watts)
    throw new BridgeError('control/refused', `"${text}" is no command of ${key}`);
  const number = /^\d{1,6}(?:\.\d)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number))
    throw new BridgeError('control/out-of-range', `"${text}" is no number with one decimal at most`);
  const percent = key === KEY.percent ? number : percentOf(number, target);
  checkLimit(percent, target.serials.find(isGen2) ?? null);
  return { kind: 'limit', percent };
}

/** Rounded down, so that what was asked for is not exceeded. */
function percentOf(watts: number, { ratedPower, step }: Target): number {
  if (ratedPower === null)
    throw new BridgeError('control/refused', 'the rated power of the inverters is not known', {
      hint: 'Set rated_power of each inverter in the configuration, or send a limit in percent.',
    });
  if (!(watts <= ratedPower))
    throw new BridgeError('control/out-of-range', `a power limit is ${ratedPower} W at most`);
  const perPercent = Math.round(1 / step);
  return Math.floor((watts * 100 * perPercent) / ratedPower) / perPercent;
}

function switched(text: string): boolean {
  if (text === 'ON') return true;
  if (text === 'OFF') return false;
  throw new BridgeError('control/refused', `"${text}" is neither ON nor OFF`);
}
