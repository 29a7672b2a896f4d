import type { Control, Meter } from '@meterbridge/core/model';
import { dtuModel, inverterModel } from '../protocol/serial.ts';
import { type InverterState, type PlantState, ratedPowerOf } from './plant.ts';

export interface Identity {
  /** Of the DTU. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly intervalMs: number;
}

/** What a DTU (which stands for all its inverters) or an inverter can be told; W, null if it is not known. */
export type ControlsOf = (of: {
  readonly isDtu: boolean;
  readonly ratedPower: number | null;
}) => readonly Control[];

type Own = Pick<Meter, 'id' | 'name' | 'model' | 'firmware' | 'via'> & {
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
    const controls = this.controls({ isDtu: true, ratedPower: ratedPowerOf(inverters) });
    return this.#meter({ id, name, serial, model: dtuModel(serial) ?? 'DTU', firmware, via: null, controls });
  }

  inverter({ serial, firmware, ratedPower }: InverterState, via: Meter): Meter {
    return this.#meter({
      id: `${via.id}_${serial}`,
      name: `Inverter ${serial}`,
      serial,
      model: inverterModel(serial),
      firmware,
      via,
      controls: this.controls({ isDtu: false, ratedPower }),
    });
  }

  /** A meter of energy that the DTU reads. */
  behind(serial: string, via: Meter): Meter {
    const [id, name] = [`${via.id}_${serial}`, `Meter ${serial}`];
    return this.#meter({ id, name, serial, model: null, firmware: null, via, controls: NONE });
  }

  #meter({ serial, controls, ...rest }: Own): Meter {
    const before = this.#known.get(rest.id);
    const isSame =
      before?.firmware === rest.firmware &&
      before.via === rest.via &&
      before.serialNumber === serial &&
      (before.controls ?? NONE) === controls;
    if (before && isSame) return before;
    const meter: Meter = {
      ...rest,
      type: 'hoymiles',
      uniqueId: serial.toLowerCase() || rest.id,
      serialNumber: serial || null,
      manufacturer: 'Hoymiles',
      intervalMs: this.#identity.intervalMs,
      ...(controls !== NONE && { controls }),
    };
    this.#known.set(rest.id, meter);
    return meter;
  }
}
