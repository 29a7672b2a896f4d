/** What a register tells, as far as its unit leaves it open. */
export type RegisterClass =
  /** Energy or volume that only ever grows. */
  | 'total'
  | 'momentary'
  /** Grows, but is of interest to a technician only. */
  | 'count'
  /** Number of a meter, setting, code. */
  | 'identity';

export interface RegisterEntry {
  readonly id: number;
  /** Name in the configuration; in lower case the last level of the topic. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly class: RegisterClass;
  /** kamstrup2mqtt knows it by this name. */
  readonly isClassic: boolean;
}

type Row = readonly [id: number, name: string, label: string, kind: RegisterClass];

/** The names of kamstrup2mqtt, as it spells them. */
const CLASSIC: readonly Row[] = [
  [60, 'energy', 'Heat energy', 'total'],
  [68, 'volume', 'Volume', 'total'],
  [74, 'flow', 'Flow rate', 'momentary'],
  [80, 'power', 'Power', 'momentary'],
  [86, 'temp1', 'Flow temperature', 'momentary'],
  [87, 'temp2', 'Return temperature', 'momentary'],
  [89, 'tempdiff', 'Temperature difference', 'momentary'],
  [97, 'temp1xm3', 'Volume × flow temperature', 'total'],
  [110, 'temp2xm3', 'Volume × return temperature', 'total'],
  [113, 'infoevent', 'Info events', 'count'],
  [123, 'maxflowdate_y', 'Maximum flow rate of the year, date', 'momentary'],
  [124, 'maxflow_y', 'Maximum flow rate of the year', 'momentary'],
  [125, 'minflowdate_y', 'Minimum flow rate of the year, date', 'momentary'],
  [126, 'minflow_y', 'Minimum flow rate of the year', 'momentary'],
  [127, 'maxpowerdate_y', 'Maximum power of the year, date', 'momentary'],
  [128, 'maxpower_y', 'Maximum power of the year', 'momentary'],
  [129, 'minpowerdate_y', 'Minimum power of the year, date', 'momentary'],
  [130, 'minpower_y', 'Minimum power of the year', 'momentary'],
  [138, 'maxflowDate_m', 'Maximum flow rate of the month, date', 'momentary'],
  [139, 'maxflow_m', 'Maximum flow rate of the month', 'momentary'],
  [140, 'minflowDate_m', 'Minimum flow rate of the month, date', 'momentary'],
  [141, 'minflow_m', 'Minimum flow rate of the month', 'momentary'],
  [142, 'maxpowerdate_m', 'Maximum power of the month, date', 'momentary'],
  [143, 'maxpower_m', 'Maximum power of the month', 'momentary'],
  [144, 'minpowerdate_m', 'Minimum power of the month, date', 'momentary'],
  [145, 'minpower_m', 'Minimum power of the month', 'momentary'],
  [146, 'avgtemp1_y', 'Average flow temperature of the year', 'momentary'],
  [147, 'avgtemp2_y', 'Average return temperature of the year', 'momentary'],
  [149, 'avgtemp1_m', 'Average flow temperature of the month', 'momentary'],
  [150, 'avgtemp2_m', 'Average return temperature of the month', 'momentary'],
  [266, 'e1highres', 'Heat energy, high resolution', 'total'],
  [1004, 'hourcounter', 'Operating hours', 'count'],
];

/** The other registers of heat, cooling and water meters (KMP description 5512-447, 4.1, and technical descriptions). */
const HEAT: readonly Row[] = [
  [61, 'flow_energy', 'Flow energy E4', 'total'],
  [62, 'return_energy', 'Return energy E5', 'total'],
  [63, 'cooling_energy', 'Cooling energy', 'total'],
  [64, 'tariff2_energy', 'Tariff 2', 'total'],
  [65, 'tariff3_energy', 'Tariff 3', 'total'],
  [66, 'tariff2_limit', 'Limit of tariff 2', 'identity'],
  [67, 'tariff3_limit', 'Limit of tariff 3', 'identity'],
  [69, 'volume2', 'Volume 2', 'total'],
  [72, 'mass1', 'Mass 1', 'total'],
  [73, 'mass2', 'Mass 2', 'total'],
  [75, 'flow2', 'Return flow rate', 'momentary'],
  [84, 'input_a', 'Input A', 'total'],
  [85, 'input_b', 'Input B', 'total'],
  [88, 'temp3', 'Temperature 3', 'momentary'],
  [91, 'pressure1', 'Flow pressure', 'momentary'],
  [92, 'pressure2', 'Return pressure', 'momentary'],
  [94, 'control_energy', 'Control energy E2', 'total'],
  [95, 'tap_water_energy', 'Tap water energy E6', 'total'],
  [96, 'heat_energy_y', 'Heat energy Y (E7)', 'total'],
  [98, 'target_date', 'Target date', 'identity'],
  [99, 'info', 'Info code', 'momentary'],
  [104, 'input_b_meter', 'Meter number of input B', 'identity'],
  [112, 'customer_number_high', 'Customer number, first 8 digits', 'identity'],
  [114, 'input_a_meter', 'Meter number of input A', 'identity'],
  [122, 'temp4', 'Temperature 4', 'momentary'],
  [152, 'program_number', 'Program number', 'identity'],
  [153, 'config1', 'Configuration number 1', 'identity'],
  [154, 'software_checksum', 'Software checksum', 'identity'],
  [155, 'energy_test', 'Heat energy for tests', 'total'],
  [157, 'top_module', 'Top module', 'identity'],
  [158, 'base_module', 'Base module', 'identity'],
  [168, 'config2', 'Configuration number 2', 'identity'],
  [171, 'base_module2', 'Base module 2', 'identity'],
  [172, 'external_module', 'External base module', 'identity'],
  [175, 'error_hours', 'Error hours', 'count'],
  [184, 'mbus1_primary', 'M-Bus 1, primary address', 'identity'],
  [185, 'mbus1_secondary', 'M-Bus 1, secondary address', 'identity'],
  [218, 'mbus2_primary', 'M-Bus 2, primary address', 'identity'],
  [219, 'mbus2_secondary', 'M-Bus 2, secondary address', 'identity'],
  [220, 'mbus_external_primary', 'External M-Bus, primary address', 'identity'],
  [221, 'mbus_external_secondary', 'External M-Bus, secondary address', 'identity'],
  [223, 'volume_test', 'Volume for tests', 'total'],
  [229, 'avgtemp1', 'Average flow temperature', 'momentary'],
  [230, 'avgtemp2', 'Average return temperature', 'momentary'],
  [234, 'input_a_litres', 'Litres per pulse, input A', 'identity'],
  [235, 'input_b_litres', 'Litres per pulse, input B', 'identity'],
  [239, 'v1highres', 'Volume, high resolution', 'total'],
  [243, 'reverse_volume', 'Reverse volume', 'total'],
  [267, 'e3highres', 'Cooling energy, high resolution', 'total'],
  [292, 'water_temp', 'Water temperature', 'momentary'],
  [299, 'meter_temp', 'Meter temperature', 'momentary'],
  [1001, 'serial_number', 'Serial number', 'identity'],
  [1002, 'clock', 'Time', 'identity'],
  [1003, 'date', 'Date', 'identity'],
  [1005, 'software_edition', 'Software edition', 'identity'],
  [1010, 'customer_number_low', 'Customer number, last 8 digits', 'identity'],
];

/** Registers of electricity meters (382, 162): names after ErikErnst/kamstrup and PyKamstrup. */
const ELECTRICITY: readonly Row[] = [
  [1, 'energy_import', 'Energy import', 'total'],
  [2, 'energy_export', 'Energy export', 'total'],
  [3, 'reactive_r12', 'Reactive energy R12', 'total'],
  [4, 'reactive_r34', 'Reactive energy R34', 'total'],
  [13, 'energy_import_highres', 'Energy import, high resolution', 'total'],
  [14, 'energy_export_highres', 'Energy export, high resolution', 'total'],
  [19, 'energy_import_tariff1', 'Energy import, tariff 1', 'total'],
  [23, 'energy_import_tariff2', 'Energy import, tariff 2', 'total'],
  [27, 'energy_import_tariff3', 'Energy import, tariff 3', 'total'],
  [31, 'energy_import_tariff4', 'Energy import, tariff 4', 'total'],
  [1023, 'power_import', 'Power import', 'momentary'],
  [1024, 'power_export', 'Power export', 'momentary'],
  [1025, 'reactive_power_import', 'Reactive power import', 'momentary'],
  [1026, 'reactive_power_export', 'Reactive power export', 'momentary'],
  [1047, 'rtc', 'Clock', 'identity'],
  [1054, 'voltage_l1', 'Voltage L1', 'momentary'],
  [1055, 'voltage_l2', 'Voltage L2', 'momentary'],
  [1056, 'voltage_l3', 'Voltage L3', 'momentary'],
  [1058, 'type_number', 'Type number', 'identity'],
  [1076, 'current_l1', 'Current L1', 'momentary'],
  [1077, 'current_l2', 'Current L2', 'momentary'],
  [1078, 'current_l3', 'Current L3', 'momentary'],
  [1079, 'internal_temp', 'Internal temperature', 'momentary'],
  [1080, 'power_import_l1', 'Power import L1', 'momentary'],
  [1081, 'power_import_l2', 'Power import L2', 'momentary'],
  [1082, 'power_import_l3', 'Power import L3', 'momentary'],
  [2010, 'active_tariff', 'Active tariff', 'momentary'],
];

/** Every register that has a name here. */
export const registerEntries: readonly RegisterEntry[] = [...CLASSIC, ...HEAT, ...ELECTRICITY].map(
  ([id, name, label, kind], index) => ({ id, name, label, class: kind, isClassic: index < CLASSIC.length }),
);

const byId = new Map(registerEntries.map((entry) => [entry.id, entry]));
const byName = new Map(registerEntries.map((entry) => [entry.name.toLowerCase(), entry]));

/** A register that has no name is called by its number. */
export function registerEntry(id: number): RegisterEntry {
  return (
    byId.get(id) ?? {
      id,
      name: `register_${id}`,
      label: `Register ${id}`,
      class: 'momentary',
      isClassic: false,
    }
  );
}

/**
 * The register that a parameter of the configuration names: by its name in any case, or by its number
 * (`60`, `0x3c`, `register_60`); null if there is none.
 */
export function registerOf(parameter: string): number | null {
  const known = byName.get(parameter.toLowerCase());
  if (known) return known.id;
  const digits = /^(?:register_)?(\d{1,5}|0x[\da-f]{1,4})$/i.exec(parameter)?.[1];
  const id = digits === undefined ? Number.NaN : Number(digits);
  return id >= 1 && id <= 0xffff ? id : null;
}

/** The registers of parameters that are known to exist. */
export function registersOf(parameters: readonly string[]): readonly number[] {
  return parameters.flatMap((parameter) => registerOf(parameter) ?? []);
}
