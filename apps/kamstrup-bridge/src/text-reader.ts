import type { Decimal } from '@meterbridge/core/codec';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { MeasuredValue, Measurement, Meter, Reading } from '@meterbridge/core/model';
import { localInstant } from '@meterbridge/core/runtime';
import { isOfTheMeter } from './failure.ts';
import { measuredNumber } from './meters/measurement.ts';
import { type ProgramFormat, programFormat } from './protocol/program.ts';
import type { Readout } from './protocol/readout.ts';
import {
  areTemperaturesRight,
  fieldValue,
  STANDARD_DATA,
  type StandardField,
} from './protocol/standard-data.ts';
import type { MeterSettings, ReadOptions } from './reader.ts';
import type { TextLine } from './text-line.ts';

/** Registers of KMP that mean the same as the codes of a read-out. */
const CODES: ReadonlyMap<string, number> = new Map([
  ['6.8', 60],
  ['6.26', 68],
  ['6.31', 1004],
]);
/** Units as they are printed, where they are published otherwise. */
const UNITS: ReadonlyMap<string, string> = new Map([['m3', 'm³']]);

/** Registers that are in the answer to `/#1` alone. */
const FIELDS: ReadonlyMap<number, StandardField> = new Map([
  [86, 'temp1'],
  [87, 'temp2'],
  [89, 'tempdiff'],
  [80, 'power'],
  [74, 'flow'],
  [99, 'info'],
]);
const TEMPERATURE_DECIMALS = 2;

/** `/#2`: customer number, six registers, the program number ABCCC, configuration, date. */
const PROGRAM_FIELDS = { count: 10, first: 11, program: 7 } as const;

type Found = readonly [value: Decimal, unit: string | null];

/** Makes readings of one meter that speaks the text protocol. */
export class TextReader {
  readonly #settings: MeterSettings;
  /** How it writes flow and power; undefined as long as it was not asked. */
  #format: ProgramFormat | null | undefined;
  readonly #measurements = new Map<number, Measurement>();

  constructor(settings: MeterSettings) {
    this.#settings = settings;
  }

  /**
   * @param hasFields whether the line can change its speed, which all but energy, volume and hours need
   * @throws BridgeError as TextLine.readout
   */
  async read(line: TextLine, hasFields: boolean, { intervalMs, report }: ReadOptions): Promise<Reading> {
    const readout = await line.readout();
    const found = new Map<number, Found>();
    for (const { code, value, unit } of readout.values) {
      const id = CODES.get(code);
      if (id !== undefined) found.set(id, [value, unit && (UNITS.get(unit) ?? unit)]);
    }
    if (hasFields && this.#settings.registers.some((id) => FIELDS.has(id))) {
      try {
        for (const [id, value] of await this.#fields(line, report)) found.set(id, value);
      } catch (thrown) {
        report(ofTheMeter(thrown));
      }
    }
    const time = localInstant(Date.now());
    return { meter: this.#meter(readout, intervalMs), time, values: this.#values(found) };
  }

  async #fields(line: TextLine, report: ReadOptions['report']): Promise<ReadonlyMap<number, Found>> {
    const fields = await line.fields('/#1', STANDARD_DATA.length);
    if (!areTemperaturesRight(fields))
      throw new BridgeError('frame/malformed', 'the temperatures and their difference do not agree');
    await this.#learnFormat(line, report);
    const found = new Map<number, Found>();
    for (const [id, field] of FIELDS) {
      const format = this.#formatOf(field);
      // Without its program nobody knows where the point belongs.
      if (format) found.set(id, [fieldValue(fields[STANDARD_DATA.indexOf(field)]!, format[1]), format[0]]);
    }
    return found;
  }

  async #learnFormat(line: TextLine, report: ReadOptions['report']): Promise<void> {
    if (this.#format !== undefined) return;
    const { count, first, program } = PROGRAM_FIELDS;
    try {
      this.#format = programFormat((await line.fields('/#2', count, first))[program]!);
    } catch (thrown) {
      report(ofTheMeter(thrown));
    }
  }

  #formatOf(field: StandardField): readonly [unit: string | null, decimals: number] | null {
    if (field === 'info') return [null, 0];
    if (field === 'power' || field === 'flow') return this.#format?.[field] ?? null;
    return [field === 'tempdiff' ? 'K' : '°C', TEMPERATURE_DECIMALS];
  }

  #values(found: ReadonlyMap<number, Found>): readonly MeasuredValue[] {
    const values: MeasuredValue[] = [];
    for (const id of this.#settings.registers) {
      const told = found.get(id);
      const before = this.#measurements.get(id);
      if (told) {
        const measured = measuredNumber(id, ...told);
        this.#measurements.set(id, measured.measurement);
        values.push(measured);
      } else if (before) values.push({ measurement: before, value: null });
    }
    return values;
  }

  #meter({ customerNumber }: Readout, intervalMs: number): Meter {
    const { id, name, profile, controls } = this.#settings;
    const isNumbered = customerNumber !== null && /[1-9]/.test(customerNumber);
    return {
      id,
      type: 'multical',
      name: name ?? `Kamstrup ${profile.model}`,
      // It does not tell its serial number; the customer number is as near as it gets.
      uniqueId: isNumbered ? customerNumber : id,
      serialNumber: null,
      manufacturer: 'Kamstrup',
      model: profile.model,
      firmware: null,
      via: null,
      intervalMs,
      ...(controls && { controls }),
    };
  }
}

/** What a meter failed with; anything else is thrown on. */
function ofTheMeter(thrown: unknown): BridgeError {
  const error = toBridgeError(thrown);
  if (isOfTheMeter(error)) return error;
  throw thrown;
}
