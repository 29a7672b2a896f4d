import { BridgeError } from '@meterbridge/core/errors';
import { sleep } from '@meterbridge/core/time';
import { type InverterState, powersOf } from '../meters/plant.ts';
import type { Order, Target } from './rules.ts';

/**
 * Rules of grids let inverters wait for up to five minutes before they feed in again; then the DTU asks them one after the other,
 * and is left alone while it uploads.
 */
const WITHIN_MS = 480_000;
/** W of a port that is switched off. */
const IDLE_W = 1;

type Inverters = readonly InverterState[];

interface Awaited {
  readonly isShown: (inverters: Inverters) => boolean;
  readonly resolve: () => void;
}

/** What was ordered shows in what inverters tell afterwards: a DTU confirms only that it has taken an order. */
export class Effects {
  readonly #awaited = new Set<Awaited>();

  /** Inverters were read. */
  read(inverters: Inverters): void {
    for (const { isShown, resolve } of this.#awaited) if (isShown(inverters)) resolve();
  }

  /** Waits until inverters that were switched show it. @throws BridgeError control/refused */
  async shown(order: Order, { serials }: Pick<Target, 'serials'>, signal: AbortSignal): Promise<void> {
    if (order.kind !== 'power') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const isShown = (inverters: Inverters): boolean =>
      serials.every((serial) =>
        isSwitched(
          order.isOn,
          inverters.find((one) => one.serial === serial),
        ),
      );
    const awaited: Awaited = { isShown, resolve };
    this.#awaited.add(awaited);
    const over = new AbortController();
    try {
      await Promise.race([promise, unseen(AbortSignal.any([signal, over.signal]))]);
    } finally {
      over.abort();
      this.#awaited.delete(awaited);
    }
  }
}

async function unseen(signal: AbortSignal): Promise<never> {
  await sleep(WITHIN_MS, signal);
  const detail = `the DTU has taken it, but the inverters do not show it after ${WITHIN_MS / 60_000} minutes`;
  throw new BridgeError('control/refused', detail);
}

/** Nothing is known of an inverter that is not reached. */
function isSwitched(isOn: boolean, inverter: InverterState | undefined): boolean {
  if (!inverter?.isLinked) return false;
  const isProducing = powersOf(inverter).some((power) => power.toNumber() > IDLE_W);
  return isProducing === isOn;
}
