import { BridgeError, toBridgeError } from '../errors/index.ts';
import { type CommandState, formatInstant, type Meter } from '../model/index.ts';
import type { OnMessage, Topics } from '../mqtt/index.ts';
import type { Logger } from '../observe/index.ts';
import type { Outgoing } from '../store/index.ts';
import type { MeterCommand } from './source.ts';

/** No command is longer. */
const MAX_BYTES = 256;

/** Who has meters, and carries out what they are told. */
export interface Commanded {
  readonly meters: readonly Meter[];
  command(command: MeterCommand): Promise<void>;
}

export interface CommandsSettings {
  readonly topics: Topics;
  readonly commanded: () => readonly Commanded[];
  readonly subscribe: (onMessage: OnMessage) => () => void;
  readonly put: (message: Outgoing) => void;
  /** Something may be set otherwise than before. */
  readonly onDone: () => void;
  readonly log: Logger;
}

/** Takes commands to the meters that they are for, and tells what comes of them. */
export class Commands {
  readonly #settings: CommandsSettings;
  #isListening = false;
  /** Meters that are carrying out a command: one that is told more than it can do would do it all hours later. */
  readonly #busy = new Set<Meter>();

  constructor(settings: CommandsSettings) {
    this.#settings = settings;
  }

  /** From now on commands are carried out. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#settings.subscribe((topic, payload, { retain }) => {
      void this.#received(topic, payload, retain);
    });
  }

  async #received(topic: string, payload: Uint8Array, isRetained: boolean): Promise<void> {
    const found = this.#find(topic);
    if (!found) return;
    const { by, meter, key } = found;
    const text = Buffer.from(payload).toString().trim();
    const tell = (state: CommandState, detail?: string): void => this.#tell(meter, key, state, detail);
    const log = this.#settings.log.child({ meter: meter.id, control: key });
    try {
      if (isRetained) throw new BridgeError('control/refused', 'retained commands are not carried out');
      if (payload.length === 0 || payload.length > MAX_BYTES)
        throw new BridgeError('control/refused', `a command has 1 to ${MAX_BYTES} bytes`);
      await this.#alone(meter, () => by.command({ meter, key, text, tell }));
      log.info({ value: text }, 'command carried out');
      tell('done');
      this.#settings.onDone();
    } catch (thrown) {
      const error = toBridgeError(thrown);
      log.warn({ err: error }, 'command failed');
      tell('failed', error.message);
    }
  }

  async #alone(meter: Meter, run: () => Promise<void>): Promise<void> {
    if (this.#busy.has(meter)) throw new BridgeError('control/refused', 'another command is under way');
    this.#busy.add(meter);
    try {
      await run();
    } finally {
      this.#busy.delete(meter);
    }
  }

  #find(topic: string) {
    for (const by of this.#settings.commanded()) {
      for (const meter of by.meters) {
        const control = meter.controls?.find(
          ({ key }) => this.#settings.topics.command(meter, key) === topic,
        );
        if (control) return { by, meter, key: control.key };
      }
    }
    return null;
  }

  #tell(meter: Meter, key: string, state: CommandState, detail?: string): void {
    const time = formatInstant({ epochMs: Date.now(), offsetMinutes: 0 });
    const payload = JSON.stringify({ state, detail, time });
    const topic = this.#settings.topics.commandResult(meter, key);
    // Each is sent, in order: `done` does not tell what was told before.
    this.#settings.put({ topic, payload, qos: 1, retain: false, backlogTopic: topic });
  }
}
