import type { Account, Tally } from './ledger.ts';

const SECONDS = [30, 60, 300, 600, 900, 1200, 1800, 3600];
const MINUTES = [1, 5, 10, 15, 20, 30, 60, 1440];
const COMMAND = 'MQTT_COMMOD_SET_';
const ANSWER = 'MQTT_COMMOD_SET_REP';

export interface UploadIntervals {
  readonly upload_frequency_seconds: number;
  readonly upload_frequency_minutes: number;
}

/** Which intervals the meters were to have, and what they said to it: what the config sender has to see to. */
export class CommandLedger implements Tally {
  /** The last eight characters of the ids of the meters. */
  readonly #addresses: readonly string[];
  readonly #commands = new Map<string, string>();
  #answers = new Map<string, number[]>();
  #wanted: readonly string[] = [];
  #version = 0;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  /** Other intervals than the seven times before, so that no old answer is taken for a new one; only the last ones count. */
  demand(): UploadIntervals {
    this.#version++;
    const seconds = SECONDS[this.#version % SECONDS.length]!;
    const minutes = MINUTES[this.#version % MINUTES.length]!;
    this.#answers = new Map();
    this.#wanted = this.#addresses.flatMap((address) => [
      `${address}/0000/${seconds}`,
      `${address}/0001/${minutes}`,
    ]);
    return { upload_frequency_seconds: seconds, upload_frequency_minutes: minutes };
  }

  /** A message of the internal broker. */
  seen(topic: string, message: Readonly<Record<string, unknown>>): void {
    const oprid = String(message.oprid);
    const command = this.#commands.get(oprid);
    if (topic === ANSWER && command !== undefined && message.code === '01')
      this.#answers.set(command, [...(this.#answers.get(command) ?? []), performance.now()]);
    else if (topic.startsWith(COMMAND) && topic !== ANSWER)
      this.#commands.set(oprid, `${topic.slice(COMMAND.length)}/${message.Cmd}/${message.value}`);
  }

  begin(): void {
    this.#commands.clear();
  }

  get demanded(): number {
    return this.#wanted.length;
  }

  get arrived(): number {
    return this.#wanted.filter((key) => this.#answers.has(key)).length;
  }

  /** The last meter has said yes. */
  freshMs(afterMs: number): number | null {
    if (this.arrived < this.#wanted.length) return null;
    return Math.max(afterMs, ...this.#wanted.map((key) => this.#answers.get(key)![0]!));
  }

  account(): Account {
    const lost = this.#wanted.filter((key) => !this.#answers.has(key));
    return {
      sent: this.#wanted.length,
      received: this.arrived,
      repeated: this.#wanted.reduce(
        (sum, key) => sum + Math.max(0, (this.#answers.get(key)?.length ?? 0) - 1),
        0,
      ),
      perished: 0,
      lost,
      invented: [],
    };
  }
}
