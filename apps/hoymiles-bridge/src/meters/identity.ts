import type { Control, Meter } from '@meterbridge/core/model';
import { dtuModel, inverterModel } from '../protocol/serial.ts';
import { LEAST_LIMIT, limitRange } from '../protocol/write.ts';
import { type InverterState, type PlantState, ratedPowerOf } from './plant.ts';

export interface Identity {
  /** Of the DTU. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly intervalMs: number;
}

/** Whom controls are for. */
export interface Controlled {
  /** The DTU stands for all its inverters. */
  readonly isDtu: boolean;
  /** % to which it may be held at least. */
  readonly leastLimit: number;
  /** W; null if it is not known, so that no limit in watts can be offered. */
  readonly ratedPower: number | null;
}

export type ControlsOf = (of: Controlled) => readonly Control[];

type Own = Pick<Meter, 'id' | 'name' | 'uniqueId' | 'model' | 'firmware' | 'via'> & {
  readonly serial: string;
  readonly controls: readonly Control[];
};

const NONE: readonly Control[] = [];

/** The meters of a plant: the same objects as long as nothing of them changes. */
export class PlantMeters {
  controls: ControlsOf = () => NONE;
  readonly #identity: Identity;
  readonly #known = new Map<string, Meter>();

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  dtu(plant: PlantState): Meter {
    const { dtuSerial: serial, dtuFirmware: firmware, inverters } = plant;
    const { id, name = `Hoymiles ${id}` } = this.#identity;
    return this.#meter({
      id,
      name,
      uniqueId: dtuId(plant),
      serial,
      model: dtuModel(serial) ?? 'DTU',
      firmware,
      via: null,
      controls: this.#controlsOf(inverters, true),
    });
  }

  inverter(inverter: InverterState, via: Meter): Meter {
    const { serial, firmware } = inverter;
    return this.#meter({
      id: `${via.id}_${serial}`,
      name: `Inverter ${serial}`,
      uniqueId: serial,
      serial,
      model: inverterModel(serial),
      firmware,
      via,
      controls: this.#controlsOf([inverter], false),
    });
  }

  /** A meter of energy that the DTU reads. */
  behind(serial: string, via: Meter): Meter {
    const [id, name] = [`${via.id}_${serial}`, `Meter ${serial}`];
    return this.#meter({
      id,
      name,
      uniqueId: serial,
      serial,
      model: null,
      firmware: null,
      via,
      controls: NONE,
    });
  }

  #controlsOf(inverters: readonly InverterState[], isDtu: boolean): readonly Control[] {
    // All of them can be held to what the one can that goes least far.
    const leastLimit = Math.max(...inverters.map(({ serial }) => limitRange(serial)[0]), LEAST_LIMIT);
    return this.controls({ isDtu, leastLimit, ratedPower: ratedPowerOf(inverters) });
  }

  #meter({ uniqueId, serial, controls, ...rest }: Own): Meter {
    const before = this.#known.get(rest.id);
    const isSame =
      before?.firmware === rest.firmware &&
      before.via === rest.via &&
      before.uniqueId === (uniqueId || rest.id) &&
      before.serialNumber === (serial || null) &&
      (before.controls ?? NONE) === controls;
    if (before && isSame) return before;
    const meter: Meter = {
      ...rest,
      type: 'hoymiles',
      uniqueId: uniqueId || rest.id,
      serialNumber: serial || null,
      manufacturer: 'Hoymiles',
      intervalMs: this.#identity.intervalMs,
      ...(controls !== NONE && { controls }),
    };
    this.#known.set(rest.id, meter);
    return meter;
  }
}

/** A Wi-Fi inverter and the DTU in it may have one serial number: then it is the id of the inverter, also while that is not told. */
function dtuId({ dtuSerial, inverters }: PlantState): string {
  const id = dtuSerial.toLowerCase();
  const isOfInverter = inverterModel(id) !== null || inverters.some(({ serial }) => serial === id);
  return isOfInverter ? `${id}_dtu` : id;
}
