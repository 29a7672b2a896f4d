/** Entities of hoymiles-mqtt 0.11, as Home Assistant knows them. */

export interface OldEntity {
  /** Key in the JSON and last part of the ids; measurements have the same here. */
  readonly key: string;
  readonly deviceClass?: string;
  readonly unit?: string;
  readonly stateClass?: string;
  readonly isBinary?: true;
  /** Stays what it is while nothing is told. */
  readonly neverExpires?: true;
}

const measured = (key: string, deviceClass: string, unit: string): OldEntity => ({
  key,
  deviceClass,
  unit,
  stateClass: 'measurement',
});

const produced = (key: string): OldEntity => ({
  key,
  deviceClass: 'energy',
  unit: 'Wh',
  stateClass: 'total_increasing',
  neverExpires: true,
});

const PRODUCTION = [produced('today_production'), produced('total_production')] as const;

export const DTU_ENTITIES: readonly OldEntity[] = [
  measured('pv_power', 'power', 'W'),
  ...PRODUCTION,
  { key: 'alarm_flag', deviceClass: 'problem', isBinary: true },
];

export const INVERTER_ENTITIES: readonly OldEntity[] = [
  measured('grid_voltage', 'voltage', 'V'),
  measured('grid_frequency', 'frequency', 'Hz'),
  measured('temperature', 'temperature', '°C'),
  { key: 'operating_status' },
  { key: 'alarm_code' },
  { key: 'alarm_count' },
  { key: 'link_status' },
];

export const PORT_ENTITIES: readonly OldEntity[] = [
  measured('pv_voltage', 'voltage', 'V'),
  measured('pv_current', 'current', 'A'),
  measured('pv_power', 'power', 'W'),
  ...PRODUCTION,
];
