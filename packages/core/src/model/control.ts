/** Something that a meter, or the bridge itself, can be told to do, by MQTT and in Home Assistant. */
export interface Control {
  /** snake_case; the level of its topic above `set`. */
  readonly key: string;
  /** For people, without the meter's name. */
  readonly name: string;
  /** number: takes a number; switch: ON or OFF; button: PRESS; select: one of the options. */
  readonly kind: 'number' | 'switch' | 'button' | 'select';
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly options?: readonly string[];
  readonly deviceClass?: string;
  /** Key of the measurement that tells how it is set; without one, what was sent last is shown. */
  readonly shows?: string;
  /** Instead: its key in the info of the bridge, where the bridge itself knows how it is set. */
  readonly inInfo?: string;
}

/** How a command is getting on. */
export type CommandState = 'accepted' | 'running' | 'done' | 'failed';
