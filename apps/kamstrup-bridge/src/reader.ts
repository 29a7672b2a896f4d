import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { Control, MeasuredValue, Measurement, Meter, Reading } from '@meterbridge/core/model';
import { localInstant } from '@meterbridge/core/runtime';
import type { Exchange } from './exchange.ts';
import { isDamage, isOfTheMeter, isSilence, lost, missing } from './failure.ts';
import { groupsOf, halves } from './groups.ts';
import { type Identity, identify } from './identity.ts';
import { type MeterProfile, modelOf } from './meters/index.ts';
import { measuredValue } from './meters/measurement.ts';
import type { RegisterRecord } from './protocol/record.ts';
import { registerRequest } from './protocol/request.ts';

export interface MeterSettings {
  readonly id: string;
  readonly name?: string | undefined;
  readonly profile: MeterProfile;
  /** Registers to read, in this order. */
  readonly registers: readonly number[];
  /** What it can be told to do. */
  readonly controls?: readonly Control[];
}

export interface ReadOptions {
  readonly intervalMs: number;
  /** Told of what went wrong with some of the registers. */
  readonly report: (error: BridgeError) => void;
}

/** A register that a meter does not have is asked for again after this time. */
const FORGET_MS = 24 * 3_600_000;
/** Start, address, command, CRC, stop, and the CRC's stuffing. */
const FRAME_BYTES = 8;
/** A record with a mantissa of eight bytes, which is longer than what meters send. */
const RECORD_BYTES = 13;

/** Makes readings of one meter; knows from poll to poll what it has learned of it. */
export class MeterReader {
  readonly #settings: MeterSettings;
  #identity: Identity | null = null;
  /** When the meter was found not to have them, by register. */
  readonly #missing = new Map<number, number>();
  readonly #measurements = new Map<number, Measurement>();

  constructor(settings: MeterSettings) {
    this.#settings = settings;
  }

  /**
   * Reads every register in groups of eight. What is lost of one group does not cost the others, unless the first one
   * meets silence: then the meter sleeps.
   * @throws BridgeError as Exchange.ask, if nothing could be read; meter/register-missing; link/…
   */
  async read(exchange: Exchange, { intervalMs, report }: ReadOptions): Promise<Reading> {
    const wanted = this.#wanted();
    const records = await this.#readAll(exchange, wanted, report).catch((thrown) => {
      // Who answers after a silence may be another meter.
      if (isSilence(toBridgeError(thrown))) this.#identity = null;
      throw thrown;
    });
    const time = localInstant(Date.now());
    return { meter: this.#meter(intervalMs), time, values: this.#values(records) };
  }

  #wanted(): readonly number[] {
    const now = performance.now();
    const wanted = this.#settings.registers.filter((id) => {
      const sinceMs = this.#missing.get(id);
      return sinceMs === undefined || now - sinceMs >= FORGET_MS;
    });
    if (wanted.length > 0) return wanted;
    throw new BridgeError(
      'meter/register-missing',
      'the meter has none of the registers that are configured',
    );
  }

  async #readAll(
    exchange: Exchange,
    wanted: readonly number[],
    report: ReadOptions['report'],
  ): Promise<ReadonlyMap<number, RegisterRecord>> {
    const records = new Map<number, RegisterRecord>();
    const problems: BridgeError[] = [];
    const groups = groupsOf(wanted);
    let hasAnswered = false;
    for (let group = groups.shift(); group; group = groups.shift()) {
      try {
        for (const record of await this.#readGroup(exchange, group.ids, report))
          records.set(record.id, record);
        hasAnswered = true;
      } catch (thrown) {
        const error = toBridgeError(thrown);
        if (!isOfTheMeter(error) || (isSilence(error) && !hasAnswered)) throw thrown;
        if (isDamage(error) && group.ids.length > 1 && !group.isHalf) groups.unshift(...halves(group.ids));
        else problems.push(lost(error, group.ids));
      }
      // Not before it has answered something: a meter that sleeps is to cost one question.
      if (hasAnswered) this.#identity ??= await identify(exchange);
    }
    const [first] = problems;
    if (records.size === 0) throw first ?? missing(wanted);
    for (const problem of problems) report(problem);
    return records;
  }

  async #readGroup(
    exchange: Exchange,
    ids: readonly number[],
    report: ReadOptions['report'],
  ): Promise<readonly RegisterRecord[]> {
    const answer = await exchange.ask(registerRequest(ids), FRAME_BYTES + RECORD_BYTES * ids.length);
    if (answer.kind !== 'registers') return [];
    const now = performance.now();
    for (const { id } of answer.records) this.#missing.delete(id);
    // What it has told before it does have: such an answer is a late one, and costs this reading only.
    const unknown = answer.missing.filter((id) => !this.#measurements.has(id));
    for (const id of unknown) this.#missing.set(id, now);
    if (unknown.length > 0) report(missing(unknown));
    return answer.records;
  }

  #meter(intervalMs: number): Meter {
    const { id, name, profile, controls } = this.#settings;
    const { serial = null, meterType = null, revision = null } = this.#identity ?? {};
    const model = modelOf(profile, meterType);
    return {
      id,
      type: 'multical',
      name: name ?? `Kamstrup ${model}`,
      uniqueId: serial ?? id,
      serialNumber: serial,
      manufacturer: 'Kamstrup',
      model,
      firmware: revision,
      via: null,
      intervalMs,
      ...(controls && { controls }),
    };
  }

  /** One for each register that was told now, or was told before. */
  #values(records: ReadonlyMap<number, RegisterRecord>): readonly MeasuredValue[] {
    const values: MeasuredValue[] = [];
    for (const id of this.#settings.registers) {
      const record = records.get(id);
      const before = this.#measurements.get(id);
      // A register without a single byte of value tells nothing, not even whether its unit is right.
      if (record?.value) {
        const measured = measuredValue(record, this.#settings.profile.isWaterMeter ?? false);
        this.#measurements.set(id, measured.measurement);
        values.push(measured);
      } else if (before) values.push({ measurement: before, value: null });
    }
    return values;
  }
}
