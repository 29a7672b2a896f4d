import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { Reading } from '@meterbridge/core/model';
import type { MeterCommand, SourceContext } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/time';
import { TIMING } from './asking.ts';
import { type DtuEntry, intervalMsOf } from './config.ts';
import { DtuConnection } from './connection.ts';
import { Commander } from './control/commander.ts';
import { controlsOver } from './control/controls.ts';
import { keepPlant, keptPlant, keptPorts, keptSerial } from './kept.ts';
import type { ControlsOf } from './meters/identity.ts';
import { isInsideInverter } from './protocol/serial.ts';
import { PlantReadings } from './readings.ts';
import { settingsOf } from './settings.ts';
import { mayBeAway, untilUploadMs, uploadPauseMs } from './upload.ts';

type Context = SourceContext<DtuEntry>;

/** One DTU: the connection to it, and what is known of its plant. */
export class Dtu {
  readonly #entry: DtuEntry;
  readonly #connection: DtuConnection;
  readonly #plant: PlantReadings;
  readonly #commander: Commander;
  #dtuSerial = '';
  #readMs = Number.NEGATIVE_INFINITY;
  #busy = Promise.resolve();
  #controls: ControlsOf | undefined;
  #leave: NodeJS.Timeout | undefined;

  constructor(context: Pick<Context, 'entry' | 'state' | 'report'>, timing = TIMING) {
    const { entry, state } = context;
    this.#entry = entry;
    this.#connection = new DtuConnection(context, timing);
    this.#commander = new Commander(context, this.#connection);
    this.#dtuSerial = keptSerial(state);
    this.#plant = new PlantReadings(settingsOf(entry), { ports: keptPorts(state), last: keptPlant(state) });
  }

  /** Milliseconds between two readings. */
  get intervalMs(): number {
    return intervalMsOf({ ...this.#entry, protocol: this.#connection.protocol ?? this.#entry.protocol });
  }

  /** What the DTU speaks is known. */
  get isKnown(): boolean {
    return this.#entry.protocol !== 'auto' || this.#connection.protocol !== null;
  }

  /** @throws BridgeError meter/…, frame/…, link/… */
  async read(context: Context): Promise<readonly Reading[]> {
    await this.#whileUploading(context);
    return await this.#alone(() => this.#read(context));
  }

  /** Other readings go on while it is waited for what becomes of it. @throws BridgeError control/…, meter/…, frame/…, link/… */
  async command(context: Context, command: MeterCommand): Promise<void> {
    const taken = await this.#alone(() => this.#commander.order(context, command, this.#plant.inverters));
    if (taken) await this.#commander.shown(taken, context.signal);
  }

  async close(): Promise<void> {
    clearTimeout(this.#leave);
    await this.#connection.close();
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

  /** Waits until the DTU has uploaded to the cloud, but for the first reading of all. */
  async #whileUploading({ signal, waits }: Context): Promise<void> {
    if (!this.#sparesUploads) return;
    const pauseMs = uploadPauseMs(Date.now());
    if (pauseMs === 0) return;
    waits(pauseMs);
    await sleep(pauseMs, signal);
  }

  get #sparesUploads(): boolean {
    return this.#entry.cloud && this.#isProtobuf;
  }

  get #isProtobuf(): boolean {
    return this.#connection.protocol === 'protobuf';
  }

  async #read(context: Context): Promise<readonly Reading[]> {
    const nowMs = Date.now();
    try {
      const state = await this.#connection.read(context, nowMs);
      this.#recognize(context, state.dtuSerial);
      this.#leaveInTime(nowMs);
      this.#offerControls();
      const readings = this.#plant.read(state, nowMs);
      this.#commander.read(this.#plant.inverters);
      keepPlant(context.state, state);
      this.#readMs = nowMs;
      return this.#tell(context, readings);
    } catch (thrown) {
      await this.close();
      const error = toBridgeError(thrown);
      if (context.signal.aborted) throw error;
      if (error.code !== 'meter/not-ready') {
        const asleep = isInsideInverter(this.#dtuSerial) ? this.#plant.asleep(nowMs) : null;
        if (asleep) return this.#tell(context, asleep);
        if (!this.#isProtobuf || !mayBeAway(error, nowMs - this.#readMs)) throw error;
      }
      // It was switched on just now, or is away for a moment: what was told before is still the best that is known.
      context.report(error);
      return [];
    }
  }

  /** Behind another DTU there may be other inverters. */
  #recognize({ state }: Context, dtuSerial: string): void {
    if (this.#dtuSerial !== '' && this.#dtuSerial !== dtuSerial) this.#plant.clear();
    this.#dtuSerial = dtuSerial;
    state.set('dtu', dtuSerial);
  }

  #offerControls(): void {
    const { protocol } = this.#connection;
    if (!protocol || !this.#entry.control.enabled) return;
    this.#controls ??= controlsOver(protocol);
    this.#plant.controls = this.#controls;
  }

  /** A client that is connected keeps a DTU from its cloud. */
  #leaveInTime(nowMs: number): void {
    clearTimeout(this.#leave);
    if (!this.#sparesUploads) return;
    const close = (): Promise<void> => this.#alone(() => this.#connection.close());
    this.#leave = setTimeout(close, untilUploadMs(nowMs)).unref();
  }

  #tell({ state, report }: Context, readings: readonly Reading[]): readonly Reading[] {
    for (const detail of this.#plant.takeDoubts()) report(new BridgeError('counter/held', detail));
    // Before it is published, so that no kill makes a total fall.
    state.set('production', this.#plant.stored(), 0);
    return readings;
  }
}
