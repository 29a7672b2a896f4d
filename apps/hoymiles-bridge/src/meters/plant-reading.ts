import type { MeasuredValue, Reading } from '@meterbridge/core/model';

/** The reading of a DTU. */
export interface PlantReading extends Reading {
  /** Energies of those ports alone that were ever reached: hoymiles-mqtt took them for those of the plant. */
  readonly heard: readonly MeasuredValue[];
}

export function isPlantReading(reading: Reading): reading is PlantReading {
  return 'heard' in reading;
}
