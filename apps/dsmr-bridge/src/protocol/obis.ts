import { latin1Bytes } from '@meterbridge/core/codec';

/** How the value of an object is written, and so how it is read. */
export type ObisKind =
  /** As it stands. */
  | 'text'
  /** Text as hex digits; plain text is sent, too. */
  | 'octets'
  /** The same, as messages to the customer. */
  | 'message'
  /** YYMMDDhhmmssX. */
  | 'time'
  | 'integer'
  /** Decimal number with a unit. */
  | 'number'
  /** Number, or a word. */
  | 'state'
  /** Two numbers. */
  | 'pair'
  /** Time, then a number. */
  | 'peak'
  /** Count, two codes, then triples of time, time, number; Hungary sends something else. */
  | 'peaks'
  /** Count, code, then pairs of time and number. */
  | 'failures'
  /** Time, then a number: of a meter behind the port. */
  | 'reading'
  /** DSMR 2.2 and 3.0: time, status, period, count, code, unit; the value stands on the next line. */
  | 'profile'
  /** Bracket groups of any kind. */
  | 'raw';

/** One OBIS object that is known. A-B:C.D.E, value group F left out. */
export interface ObisEntry {
  readonly code: string;
  /** The code and the bracket behind it as a meter sends them: comparing bytes is quicker than taking a code apart. */
  readonly sent: Uint8Array;
  /** The parameter in topics and JSON. */
  readonly name: string;
  readonly kind: ObisKind;
  /** As the meters usually print it; what is printed wins. */
  readonly unit: string | null;
  /** For people. */
  readonly label: string;
  /** M-Bus channel 1 to 9, or 0 for the electricity meter itself. */
  readonly channel: number;
  /** Its place in `obisEntries`: tables beside this one are arrays, which costs less than a map for every line. */
  readonly index: number;
}

type Row = readonly [code: string, name: string, kind: ObisKind, unit: string | null, label: string];

const ELECTRICITY: readonly Row[] = [
  ['1-3:0.2.8', 'p1_message_header', 'text', null, 'P1 version'],
  ['0-0:96.1.4', 'belgium_version_information', 'text', null, 'P1 version (Belgium)'],
  ['0-0:1.0.0', 'p1_message_timestamp', 'time', null, 'Telegram time'],
  ['0-0:1.1.0', 'p1_message_timestamp', 'time', null, 'Telegram time'],
  ['0-0:96.1.1', 'equipment_identifier', 'octets', null, 'Serial number'],
  ['0-0:96.1.0', 'equipment_serial_number', 'octets', null, 'Serial number'],
  ['0-0:42.0.0', 'cosem_logical_device_name', 'octets', null, 'Logical device name'],
  ['0-0:96.1.2', 'connection_ean', 'octets', null, 'EAN of the connection'],
  ['1-0:0.0.0', 'q3d_equipment_identifier', 'text', null, 'Device address'],
  ['0-0:0.0.0', 'q3d_equipment_identifier', 'text', null, 'Device address'],
  ['0-0:96.1.255', 'q3d_equipment_serialnumber', 'text', null, 'Serial number'],
  ['1-0:96.5.5', 'q3d_equipment_state', 'text', null, 'Device state'],
  ['1-0:94.32.1', 'nominal_grid_voltage', 'integer', null, 'Nominal grid voltage'],
  ['0-0:96.14.0', 'electricity_active_tariff', 'text', null, 'Active tariff'],
  ['0-0:96.14.1', 'electricity_active_tariff_il', 'text', null, 'Active tariff'],
  ['1-0:1.8.0', 'electricity_imported_total', 'number', 'kWh', 'Energy import total'],
  ['1-0:1.8.1', 'electricity_used_tariff_1', 'number', 'kWh', 'Energy import tariff 1'],
  ['1-0:1.8.2', 'electricity_used_tariff_2', 'number', 'kWh', 'Energy import tariff 2'],
  ['1-0:1.8.3', 'electricity_used_tariff_3', 'number', 'kWh', 'Energy import tariff 3'],
  ['1-0:1.8.4', 'electricity_used_tariff_4', 'number', 'kWh', 'Energy import tariff 4'],
  ['1-0:2.8.0', 'electricity_exported_total', 'number', 'kWh', 'Energy export total'],
  ['1-0:2.8.1', 'electricity_delivered_tariff_1', 'number', 'kWh', 'Energy export tariff 1'],
  ['1-0:2.8.2', 'electricity_delivered_tariff_2', 'number', 'kWh', 'Energy export tariff 2'],
  ['1-0:2.8.3', 'electricity_delivered_tariff_3', 'number', 'kWh', 'Energy export tariff 3'],
  ['1-0:2.8.4', 'electricity_delivered_tariff_4', 'number', 'kWh', 'Energy export tariff 4'],
  ['1-0:3.8.0', 'electricity_reactive_imported_total', 'number', 'kvarh', 'Reactive energy import total'],
  [
    '1-0:3.8.1',
    'electricity_reactive_imported_tariff_1',
    'number',
    'kvarh',
    'Reactive energy import tariff 1',
  ],
  [
    '1-0:3.8.2',
    'electricity_reactive_imported_tariff_2',
    'number',
    'kvarh',
    'Reactive energy import tariff 2',
  ],
  [
    '1-0:3.8.3',
    'electricity_reactive_imported_tariff_3',
    'number',
    'kvarh',
    'Reactive energy import tariff 3',
  ],
  [
    '1-0:3.8.4',
    'electricity_reactive_imported_tariff_4',
    'number',
    'kvarh',
    'Reactive energy import tariff 4',
  ],
  ['1-0:4.8.0', 'electricity_reactive_exported_total', 'number', 'kvarh', 'Reactive energy export total'],
  [
    '1-0:4.8.1',
    'electricity_reactive_exported_tariff_1',
    'number',
    'kvarh',
    'Reactive energy export tariff 1',
  ],
  [
    '1-0:4.8.2',
    'electricity_reactive_exported_tariff_2',
    'number',
    'kvarh',
    'Reactive energy export tariff 2',
  ],
  [
    '1-0:4.8.3',
    'electricity_reactive_exported_tariff_3',
    'number',
    'kvarh',
    'Reactive energy export tariff 3',
  ],
  [
    '1-0:4.8.4',
    'electricity_reactive_exported_tariff_4',
    'number',
    'kvarh',
    'Reactive energy export tariff 4',
  ],
  ['1-0:5.8.0', 'electricity_reactive_total_q1', 'number', 'kvarh', 'Reactive energy, quadrant 1'],
  ['1-0:6.8.0', 'electricity_reactive_total_q2', 'number', 'kvarh', 'Reactive energy, quadrant 2'],
  ['1-0:7.8.0', 'electricity_reactive_total_q3', 'number', 'kvarh', 'Reactive energy, quadrant 3'],
  ['1-0:8.8.0', 'electricity_reactive_total_q4', 'number', 'kvarh', 'Reactive energy, quadrant 4'],
  ['1-0:15.8.0', 'electricity_combined', 'number', 'kWh', 'Energy import plus export'],
  ['1-0:1.8.11', 'electricity_used_tariff_11', 'number', 'kWh', 'Energy import register 11'],
  ['1-0:1.8.12', 'electricity_used_tariff_12', 'number', 'kWh', 'Energy import register 12'],
  ['1-0:1.8.13', 'electricity_used_tariff_13', 'number', 'kWh', 'Energy import register 13'],
  ['1-0:2.8.11', 'electricity_delivered_tariff_11', 'number', 'kWh', 'Energy export register 11'],
  ['1-0:2.8.12', 'electricity_delivered_tariff_12', 'number', 'kWh', 'Energy export register 12'],
  ['1-0:2.8.13', 'electricity_delivered_tariff_13', 'number', 'kWh', 'Energy export register 13'],
  ['1-1:1.8.1', 'electricity_used_tariff_1', 'number', 'kWh', 'Energy import tariff 1'],
  ['1-1:1.8.2', 'electricity_used_tariff_2', 'number', 'kWh', 'Energy import tariff 2'],
  ['1-1:2.8.1', 'electricity_delivered_tariff_1', 'number', 'kWh', 'Energy export tariff 1'],
  ['1-1:2.8.2', 'electricity_delivered_tariff_2', 'number', 'kWh', 'Energy export tariff 2'],
  ['1-0:1.7.0', 'current_electricity_usage', 'number', 'kW', 'Power import'],
  ['1-0:2.7.0', 'current_electricity_delivery', 'number', 'kW', 'Power export'],
  ['1-1:1.7.0', 'current_electricity_usage', 'number', 'kW', 'Power import'],
  ['1-1:2.7.0', 'current_electricity_delivery', 'number', 'kW', 'Power export'],
  ['1-0:3.7.0', 'current_reactive_imported', 'number', 'kvar', 'Reactive power import'],
  ['1-0:4.7.0', 'current_reactive_exported', 'number', 'kvar', 'Reactive power export'],
  ['1-0:5.7.0', 'instantaneous_reactive_power_q1', 'number', 'kvar', 'Reactive power, quadrant 1'],
  ['1-0:6.7.0', 'instantaneous_reactive_power_q2', 'number', 'kvar', 'Reactive power, quadrant 2'],
  ['1-0:7.7.0', 'instantaneous_reactive_power_q3', 'number', 'kvar', 'Reactive power, quadrant 3'],
  ['1-0:8.7.0', 'instantaneous_reactive_power_q4', 'number', 'kvar', 'Reactive power, quadrant 4'],
  ['1-0:9.7.0', 'instantaneous_apparent_power_positive', 'number', 'kVA', 'Apparent power import'],
  ['1-0:10.7.0', 'instantaneous_apparent_power_negative', 'number', 'kVA', 'Apparent power export'],
  ['1-0:15.7.0', 'instantaneous_active_power_absolute', 'number', 'kW', 'Power import plus export'],
  ['1-0:16.7.0', 'instantaneous_active_power_net', 'number', 'kW', 'Power net'],
  ['1-0:21.7.0', 'instantaneous_active_power_l1_positive', 'number', 'kW', 'Power import L1'],
  ['1-0:22.7.0', 'instantaneous_active_power_l1_negative', 'number', 'kW', 'Power export L1'],
  ['1-0:41.7.0', 'instantaneous_active_power_l2_positive', 'number', 'kW', 'Power import L2'],
  ['1-0:42.7.0', 'instantaneous_active_power_l2_negative', 'number', 'kW', 'Power export L2'],
  ['1-0:61.7.0', 'instantaneous_active_power_l3_positive', 'number', 'kW', 'Power import L3'],
  ['1-0:62.7.0', 'instantaneous_active_power_l3_negative', 'number', 'kW', 'Power export L3'],
  ['1-0:23.7.0', 'instantaneous_reactive_power_l1_positive', 'number', 'kvar', 'Reactive power import L1'],
  ['1-0:24.7.0', 'instantaneous_reactive_power_l1_negative', 'number', 'kvar', 'Reactive power export L1'],
  ['1-0:43.7.0', 'instantaneous_reactive_power_l2_positive', 'number', 'kvar', 'Reactive power import L2'],
  ['1-0:44.7.0', 'instantaneous_reactive_power_l2_negative', 'number', 'kvar', 'Reactive power export L2'],
  ['1-0:63.7.0', 'instantaneous_reactive_power_l3_positive', 'number', 'kvar', 'Reactive power import L3'],
  ['1-0:64.7.0', 'instantaneous_reactive_power_l3_negative', 'number', 'kvar', 'Reactive power export L3'],
  ['1-0:29.7.0', 'instantaneous_apparent_power_l1_positive', 'number', 'kVA', 'Apparent power import L1'],
  ['1-0:30.7.0', 'instantaneous_apparent_power_l1_negative', 'number', 'kVA', 'Apparent power export L1'],
  ['1-0:49.7.0', 'instantaneous_apparent_power_l2_positive', 'number', 'kVA', 'Apparent power import L2'],
  ['1-0:50.7.0', 'instantaneous_apparent_power_l2_negative', 'number', 'kVA', 'Apparent power export L2'],
  ['1-0:69.7.0', 'instantaneous_apparent_power_l3_positive', 'number', 'kVA', 'Apparent power import L3'],
  ['1-0:70.7.0', 'instantaneous_apparent_power_l3_negative', 'number', 'kVA', 'Apparent power export L3'],
  ['1-0:32.7.0', 'instantaneous_voltage_l1', 'number', 'V', 'Voltage L1'],
  ['1-0:52.7.0', 'instantaneous_voltage_l2', 'number', 'V', 'Voltage L2'],
  ['1-0:72.7.0', 'instantaneous_voltage_l3', 'number', 'V', 'Voltage L3'],
  ['1-0:32.24.0', 'average_voltage_l1', 'number', 'V', 'Average voltage L1'],
  ['1-0:52.24.0', 'average_voltage_l2', 'number', 'V', 'Average voltage L2'],
  ['1-0:72.24.0', 'average_voltage_l3', 'number', 'V', 'Average voltage L3'],
  ['1-0:12.7.0', 'instantaneous_voltage', 'number', 'V', 'Voltage'],
  ['1-0:31.7.0', 'instantaneous_current_l1', 'number', 'A', 'Current L1'],
  ['1-0:51.7.0', 'instantaneous_current_l2', 'number', 'A', 'Current L2'],
  ['1-0:71.7.0', 'instantaneous_current_l3', 'number', 'A', 'Current L3'],
  ['1-0:11.7.0', 'instantaneous_current', 'number', 'A', 'Current'],
  ['1-0:90.7.0', 'instantaneous_current_sum', 'number', 'A', 'Sum of the phase currents'],
  ['1-0:91.7.0', 'instantaneous_current_neutral', 'number', 'A', 'Neutral current'],
  ['1-0:31.4.0', 'fuse_threshold_l1', 'number', 'A', 'Fuse supervision threshold L1'],
  ['1-0:51.4.0', 'fuse_threshold_l2', 'number', 'A', 'Fuse supervision threshold L2'],
  ['1-0:71.4.0', 'fuse_threshold_l3', 'number', 'A', 'Fuse supervision threshold L3'],
  ['1-1:31.4.0', 'current_threshold', 'pair', 'A', 'Current limits'],
  ['1-0:13.7.0', 'instantaneous_power_factor_total', 'number', null, 'Power factor'],
  ['1-0:33.7.0', 'instantaneous_power_factor_l1', 'number', null, 'Power factor L1'],
  ['1-0:53.7.0', 'instantaneous_power_factor_l2', 'number', null, 'Power factor L2'],
  ['1-0:73.7.0', 'instantaneous_power_factor_l3', 'number', null, 'Power factor L3'],
  ['1-0:13.3.0', 'minimum_power_factor', 'number', null, 'Smallest power factor'],
  ['1-0:14.7.0', 'frequency', 'number', 'Hz', 'Frequency'],
  ['0-0:17.0.0', 'actual_treshold_electricity', 'number', 'kW', 'Power limit'],
  ['0-0:96.3.10', 'actual_switch_position', 'state', null, 'Breaker'],
  ['0-0:96.50.68', 'actual_switch_position', 'state', null, 'Breaker'],
  ['0-1:96.3.10', 'relay_1_state', 'state', null, 'Relay 1'],
  ['0-2:96.3.10', 'relay_2_state', 'state', null, 'Relay 2'],
  ['0-3:96.3.10', 'relay_3_state', 'state', null, 'Relay 3'],
  ['0-4:96.3.10', 'relay_4_state', 'state', null, 'Relay 4'],
  ['1-0:1.4.0', 'belgium_current_average_demand', 'number', 'kW', 'Demand of the running quarter-hour'],
  ['1-0:2.4.0', 'current_average_demand_export', 'number', 'kW', 'Running demand, export'],
  [
    '1-0:3.4.0',
    'current_average_demand_reactive_import',
    'number',
    'kvar',
    'Running demand, reactive import',
  ],
  [
    '1-0:4.4.0',
    'current_average_demand_reactive_export',
    'number',
    'kvar',
    'Running demand, reactive export',
  ],
  ['1-0:9.4.0', 'current_average_demand_apparent_import', 'number', 'kVA', 'Running demand, apparent import'],
  [
    '1-0:10.4.0',
    'current_average_demand_apparent_export',
    'number',
    'kVA',
    'Running demand, apparent export',
  ],
  ['1-0:1.5.0', 'last_average_demand_import', 'number', 'kW', 'Demand of the last period, import'],
  ['1-0:2.5.0', 'last_average_demand_export', 'number', 'kW', 'Demand of the last period, export'],
  ['1-0:1.6.0', 'belgium_maximum_demand_month', 'peak', 'kW', 'Peak demand of the month'],
  ['1-1:1.6.0', 'belgium_maximum_demand_month', 'peak', 'kW', 'Peak demand of the month'],
  ['0-0:98.1.0', 'belgium_maximum_demand_13_months', 'peaks', 'kW', 'Peak demand of the last 13 months'],
  ['1-0:1.24.0', 'average_power_import', 'number', 'kW', 'Average power import'],
  ['1-0:15.24.0', 'average_power_absolute', 'number', 'kW', 'Average power import plus export'],
  ['1-0:16.24.0', 'average_power_net', 'number', 'kW', 'Average power net'],
  ['1-0:0.8.2', 'measurement_period', 'number', 's', 'Averaging period'],
  ['0-0:96.7.21', 'short_power_failure_count', 'integer', null, 'Power failures'],
  ['0-0:96.7.9', 'long_power_failure_count', 'integer', null, 'Long power failures'],
  ['1-0:99.97.0', 'power_event_failure_log', 'failures', 's', 'Power failure log'],
  ['1-0:99.1.0', 'load_profile_il', 'raw', null, 'Load profile'],
  ['1-0:32.32.0', 'voltage_sag_l1_count', 'integer', null, 'Voltage sags L1'],
  ['1-0:52.32.0', 'voltage_sag_l2_count', 'integer', null, 'Voltage sags L2'],
  ['1-0:72.32.0', 'voltage_sag_l3_count', 'integer', null, 'Voltage sags L3'],
  ['1-0:32.36.0', 'voltage_swell_l1_count', 'integer', null, 'Voltage swells L1'],
  ['1-0:52.36.0', 'voltage_swell_l2_count', 'integer', null, 'Voltage swells L2'],
  ['1-0:72.36.0', 'voltage_swell_l3_count', 'integer', null, 'Voltage swells L3'],
  ['1-0:32.33.0', 'voltage_sag_duration_l1', 'number', 's', 'Duration of the last sag L1'],
  ['1-0:32.34.0', 'voltage_sag_magnitude_l1', 'number', 'V', 'Voltage of the last sag L1'],
  ['1-0:32.37.0', 'voltage_swell_duration_l1', 'number', 's', 'Duration of the last swell L1'],
  ['1-0:32.38.0', 'voltage_swell_magnitude_l1', 'number', 'V', 'Voltage of the last swell L1'],
  ['1-0:52.33.0', 'voltage_sag_duration_l2', 'number', 's', 'Duration of the last sag L2'],
  ['1-0:52.34.0', 'voltage_sag_magnitude_l2', 'number', 'V', 'Voltage of the last sag L2'],
  ['1-0:52.37.0', 'voltage_swell_duration_l2', 'number', 's', 'Duration of the last swell L2'],
  ['1-0:52.38.0', 'voltage_swell_magnitude_l2', 'number', 'V', 'Voltage of the last swell L2'],
  ['1-0:72.33.0', 'voltage_sag_duration_l3', 'number', 's', 'Duration of the last sag L3'],
  ['1-0:72.34.0', 'voltage_sag_magnitude_l3', 'number', 'V', 'Voltage of the last sag L3'],
  ['1-0:72.37.0', 'voltage_swell_duration_l3', 'number', 's', 'Duration of the last swell L3'],
  ['1-0:72.38.0', 'voltage_swell_magnitude_l3', 'number', 'V', 'Voltage of the last swell L3'],
  ['0-0:96.13.1', 'text_message_code', 'message', null, 'Message code'],
  ['0-0:96.13.0', 'text_message', 'message', null, 'Message'],
  ['0-0:96.13.2', 'text_message_2', 'message', null, 'Long message for channel 1'],
  ['0-0:96.13.3', 'text_message_3', 'message', null, 'Long message for channel 2'],
  ['0-0:96.13.4', 'text_message_4', 'message', null, 'Long message for channel 3'],
  ['0-0:96.13.5', 'text_message_5', 'message', null, 'Long message for channel 4'],
  ['1-0:0.2.0', 'firmware_core_version', 'text', null, 'Firmware version'],
  ['1-0:0.2.8', 'firmware_core_checksum', 'text', null, 'Firmware signature'],
  ['1-1:0.2.0', 'firmware_module_version', 'text', null, 'Module firmware version'],
  ['1-1:0.2.8', 'firmware_module_checksum', 'text', null, 'Module firmware signature'],
  ['1-0:0.4.2', 'current_transformer_ratio', 'number', null, 'Current transformer constant'],
  ['1-0:0.4.3', 'voltage_transformer_ratio', 'number', null, 'Voltage transformer constant'],
];

/** C.D.E of the meters behind the port; A-B is 0-1 to 0-9. */
const CHANNELS: readonly Row[] = [
  ['24.1.0', 'mbus_device_type', 'integer', null, 'Device type'],
  ['96.1.0', 'mbus_equipment_identifier', 'octets', null, 'Serial number'],
  ['96.1.1', 'mbus_equipment_identifier', 'octets', null, 'Serial number'],
  ['96.1.2', 'mbus_connection_ean', 'octets', null, 'EAN of the connection'],
  ['24.2.1', 'mbus_meter_reading', 'reading', 'm3', 'Reading'],
  ['24.2.3', 'mbus_meter_reading', 'reading', 'm3', 'Reading'],
  ['24.2.2', 'mbus_reading_2', 'reading', 'm3/h', 'Reading 2'],
  ['24.2.4', 'mbus_reading_4', 'reading', 'degC', 'Reading 4'],
  ['24.2.5', 'mbus_reading_5', 'reading', 'Wh', 'Reading 5'],
  ['24.3.0', 'gas_meter_reading', 'profile', 'm3', 'Reading'],
  ['24.3.1', 'mbus_cold_meter_reading', 'profile', 'GJ', 'Cold reading'],
  ['24.4.0', 'mbus_valve_position', 'state', null, 'Valve'],
];

/** Every known object, in the order of the tables of the P1 documents. */
export const obisEntries: readonly ObisEntry[] = [
  ...ELECTRICITY.map((row) => ({ row, channel: 0 })),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((channel) => {
    return CHANNELS.map(([code, ...rest]) => ({ row: [`0-${channel}:${code}`, ...rest] as const, channel }));
  }),
].map(({ row: [code, name, kind, unit, label], channel }, index) => {
  return { code, sent: latin1Bytes(`${code}(`), name, kind, unit, label, channel, index };
});

/** The five value groups of a code in one number: A and B up to 15 fit, which is more than any known code has. */
function obisKey(a: number, b: number, c: number, d: number, e: number): number {
  return (a << 28) | (b << 24) | (c << 16) | (d << 8) | e;
}

const byCode: ReadonlyMap<string, ObisEntry> = new Map(obisEntries.map((entry) => [entry.code, entry]));

/**
 * The entry of a code of the tables above.
 * @throws RangeError for any other
 */
export function entryOf(code: string): ObisEntry {
  const entry = byCode.get(code);
  if (!entry) throw new RangeError(`${code} is in no table`);
  return entry;
}

const byKey: ReadonlyMap<number, ObisEntry> = new Map(
  obisEntries.map((entry) => {
    const [a, b, c, d, e] = entry.code.split(/[-:.]/).map(Number);
    return [obisKey(a!, b!, c!, d!, e!), entry];
  }),
);

/** The entry of a code, or null for one that is in no table. */
export function findObis(a: number, b: number, c: number, d: number, e: number): ObisEntry | null {
  return a > 15 || b > 15 ? null : (byKey.get(obisKey(a, b, c, d, e)) ?? null);
}
