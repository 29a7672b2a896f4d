import { decodeKmp, encodeKmp, type KmpFrame } from '@meterbridge/core/frames';
import { COMMAND, METER_ADDRESS, MOST_REGISTERS, requestedRegisters } from '../protocol/request.ts';
import { Heating } from './heating.ts';
import { type SimulatedModel, simulateRegister } from './registers.ts';

/** A made-up type: those of newer meters are not public. */
const TYPES: Readonly<Record<SimulatedModel, number>> = { '403': 0x0c01, '602': 0x0801 };
const REVISION = [3, 2] as const;

export interface SimulatedMeterSettings {
  readonly model: SimulatedModel;
  readonly serial: number;
  /** It falls asleep this long after the last request; null: never. */
  readonly sleepAfterMs: number | null;
}

/** A heat meter as it looks through its optical eye. */
export class SimulatedMeter {
  /** Registers that it shall not have. */
  readonly lacking = new Set<number>();
  readonly #settings: SimulatedMeterSettings;
  readonly #heating = new Heating();
  #awakeUntilMs = 0;

  constructor(settings: SimulatedMeterSettings) {
    this.#settings = settings;
    this.wake();
  }

  /** Somebody pressed a button. */
  wake(): void {
    this.#awakeUntilMs = performance.now() + (this.#settings.sleepAfterMs ?? Number.POSITIVE_INFINITY);
  }

  /** Puts it to sleep at once. */
  fallAsleep(): void {
    this.#awakeUntilMs = 0;
  }

  /**
   * The answer to the bytes of a frame; null for whatever a meter is silent to.
   * @param now wall time, ms since 1970
   */
  answer(bytes: Uint8Array, now: number): Uint8Array | null {
    if (performance.now() >= this.#awakeUntilMs) return null;
    this.wake();
    const request = requestOf(bytes);
    const data = request && this.#data(request, now);
    return request && data ? encodeKmp({ ...request, direction: 'response', data }) : null;
  }

  #data(request: KmpFrame, now: number): Uint8Array | null {
    const { model, serial } = this.#settings;
    switch (request.command) {
      case COMMAND.getType:
        return Uint8Array.of(TYPES[model] >>> 8, TYPES[model] & 0xff, ...REVISION);
      case COMMAND.getSerialNo:
        return Uint8Array.of(serial >>> 24, serial >>> 16, serial >>> 8, serial);
      case COMMAND.getRegister:
        return this.#registers(requestedRegisters(request) ?? [], now);
      default:
        return null;
    }
  }

  #registers(ids: readonly number[], now: number): Uint8Array | null {
    if (ids.length === 0 || ids.length > MOST_REGISTERS) return null;
    const { model, serial } = this.#settings;
    // The simulated meters stand in Central Europe and know no summer time.
    const state = this.#heating.at(now + 3_600_000);
    const known = ids.filter((id) => !this.lacking.has(id));
    const records = known.map((id) => simulateRegister(model, serial, id, state));
    return Uint8Array.from(records.flatMap((record) => (record ? [...record] : [])));
  }
}

function requestOf(bytes: Uint8Array): KmpFrame | null {
  try {
    const frame = decodeKmp(bytes);
    return frame.direction === 'request' && frame.address === METER_ADDRESS ? frame : null;
  } catch {
    return null;
  }
}
