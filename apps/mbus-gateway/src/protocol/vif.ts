/** What a VIF says of its value: value in `unit` = number on the wire × multiplier × 10^exponent. */
export interface Vif {
  /** snake_case name of what is measured. */
  readonly quantity: string;
  /** Base unit; empty if there is none. */
  readonly unit: string;
  readonly exponent: number;
  /** What is not a power of ten: seconds of a minute, hour or day. */
  readonly multiplier: number;
  /** How integers are meant: type B, C or D of EN 13757-3, annex A. */
  readonly integers: 'signed' | 'unsigned' | 'flags';
  /** Lengths of integers that are a date, a time or both. */
  readonly dateLengths: readonly number[];
  /** Length of integers that are handed through, as their layout is known to nobody; 0: none are. */
  readonly opaqueLength: number;
  /** BCD digits are a name, so that leading zeros count. */
  readonly isDigits: boolean;
}

/** Of types G, J, F and I (EN 13757-3, annex A). */
export const DATE_LENGTHS: readonly number[] = [2, 3, 4, 6];

const PLAIN: Vif = {
  quantity: 'reserved',
  unit: '',
  exponent: 0,
  multiplier: 1,
  integers: 'signed',
  dateLengths: [],
  opaqueLength: 0,
  isDigits: false,
};

export const MANUFACTURER_SPECIFIC: Vif = { ...PLAIN, quantity: 'manufacturer_specific' };
/** Its unit stands in the telegram. */
export const PLAIN_TEXT: Vif = { ...PLAIN, quantity: 'plain_text' };
export const RESERVED: Vif = PLAIN;

/** Seconds in the units of durations, by the two lowest bits of the code. */
export const DURATION_SECONDS: readonly number[] = [1, 60, 3600, 86_400];

/** A run of codes, the first one, how many, and what they are. */
type Run = readonly [first: number, count: number, vif: (n: number) => Partial<Vif> & { quantity: string }];

const decade =
  (quantity: string, unit: string, least: number, more: Partial<Vif> = {}) =>
  (n: number) => ({ quantity, unit, exponent: least + n, ...more });
const lasting =
  (quantity: string, more: Partial<Vif> = {}) =>
  (n: number) => ({ quantity, unit: 's', multiplier: DURATION_SECONDS[n]!, ...more });
const plain =
  (quantity: string, unit = '', more: Partial<Vif> = {}) =>
  () => ({ quantity, unit, ...more });
const unsigned = { integers: 'unsigned' } as const;
const flags = { integers: 'flags' } as const;

function table(runs: readonly Run[]): readonly Vif[] {
  const vifs = new Array<Vif>(128).fill(RESERVED);
  for (const [first, count, vif] of runs) {
    for (let n = 0; n < count; n++) vifs[first + n] = { ...PLAIN, ...vif(n) };
  }
  return vifs;
}

/** EN 13757-3, table 10: primary VIFs by their lower seven bits. */
export const PRIMARY_VIFS = table([
  [0x00, 8, decade('energy', 'Wh', -3)],
  [0x08, 8, decade('energy', 'J', 0)],
  [0x10, 8, decade('volume', 'm³', -6)],
  [0x18, 8, decade('mass', 'kg', -3)],
  [0x20, 4, lasting('on_time')],
  [0x24, 4, lasting('operating_time')],
  [0x28, 8, decade('power', 'W', -3)],
  [0x30, 8, decade('power', 'J/h', 0)],
  [0x38, 8, decade('volume_flow', 'm³/h', -6)],
  [0x40, 8, decade('volume_flow', 'm³/min', -7)],
  [0x48, 8, decade('volume_flow', 'm³/s', -9)],
  [0x50, 8, decade('mass_flow', 'kg/h', -3)],
  [0x58, 4, decade('flow_temperature', '°C', -3)],
  [0x5c, 4, decade('return_temperature', '°C', -3)],
  [0x60, 4, decade('temperature_difference', 'K', -3)],
  [0x64, 4, decade('external_temperature', '°C', -3)],
  [0x68, 4, decade('pressure', 'bar', -3)],
  // Type G.
  [0x6c, 1, plain('date', '', { dateLengths: [2] })],
  // Types J, F and I.
  [0x6d, 1, plain('datetime', '', { dateLengths: [3, 4, 6] })],
  [0x6e, 1, plain('hca_units')],
  [0x70, 4, lasting('averaging_duration')],
  [0x74, 4, lasting('actuality_duration')],
  [0x78, 1, plain('fabrication_number', '', { isDigits: true })],
  [0x79, 1, plain('enhanced_identification', '', { isDigits: true })],
  [0x7a, 1, plain('bus_address', '', unsigned)],
  [0x7e, 1, plain('any')],
]);

/** 2^-12, exactly: the steps of the factors of heat cost allocators. */
const hcaFactor = (quantity: string) => () => ({
  quantity,
  multiplier: 244_140_625,
  exponent: -12,
  ...unsigned,
});

/** EN 13757-3, table 12: codes behind FB. What the edition of 2004 dropped is still read. */
export const FB_VIFS = table([
  [0x00, 2, decade('energy', 'Wh', 5)],
  [0x02, 2, decade('reactive_energy', 'varh', 3)],
  [0x04, 2, decade('apparent_energy', 'VAh', 3)],
  [0x08, 2, decade('energy', 'J', 8)],
  [0x0c, 4, decade('energy', 'cal', 5)],
  [0x10, 2, decade('volume', 'm³', 2)],
  [0x14, 4, decade('reactive_power', 'var', 0)],
  [0x18, 2, decade('mass', 'kg', 5)],
  [0x1a, 2, decade('relative_humidity', '%', -1, unsigned)],
  [0x20, 1, plain('volume', 'ft³')],
  [0x21, 1, plain('volume', 'ft³', { exponent: -1 })],
  [0x22, 1, plain('volume', 'gal', { exponent: -1 })],
  [0x23, 1, plain('volume', 'gal')],
  [0x24, 1, plain('volume_flow', 'gal/min', { exponent: -3 })],
  [0x25, 1, plain('volume_flow', 'gal/min')],
  [0x26, 1, plain('volume_flow', 'gal/h')],
  [0x28, 2, decade('power', 'W', 5)],
  [0x2a, 1, plain('phase_angle_uu', '°', { exponent: -1 })],
  [0x2b, 1, plain('phase_angle_ui', '°', { exponent: -1 })],
  [0x2c, 4, decade('frequency', 'Hz', -3)],
  [0x30, 2, decade('power', 'J/h', 8)],
  [0x34, 4, decade('apparent_power', 'VA', 0)],
  [0x58, 4, decade('flow_temperature', '°F', -3)],
  [0x5c, 4, decade('return_temperature', '°F', -3)],
  [0x60, 4, decade('temperature_difference', '°F', -3)],
  [0x64, 4, decade('external_temperature', '°F', -3)],
  [0x68, 1, hcaFactor('hca_factor_k')],
  [0x69, 1, plain('hca_factor_kq', 'W', unsigned)],
  [0x6a, 1, hcaFactor('hca_factor_kc')],
  [0x6b, 1, hcaFactor('hca_factor_kcr')],
  [0x6c, 1, hcaFactor('hca_factor_kch')],
  [0x6d, 1, hcaFactor('hca_factor_kt')],
  [0x6e, 1, hcaFactor('hca_factor_kd')],
  [0x70, 4, decade('cold_warm_temperature_limit', '°F', -3)],
  [0x74, 4, decade('cold_warm_temperature_limit', '°C', -3)],
  [0x78, 8, decade('cumulated_max_power', 'W', -3)],
]);

/** An hour, a day, a month, a year: the last two have no fixed length and stay what they are. */
const long = (quantity: string) => (n: number) =>
  n < 2
    ? { quantity, unit: 's', multiplier: DURATION_SECONDS[n + 2]! }
    : { quantity, unit: n === 2 ? 'month' : 'year' };

/** EN 13757-3, table 14: codes behind FD. */
export const FD_VIFS = table([
  [0x00, 4, decade('credit', 'currency', -3)],
  [0x04, 4, decade('debit', 'currency', -3)],
  [0x08, 1, plain('access_number', '', unsigned)],
  [0x09, 1, plain('device_type', '', unsigned)],
  [0x0a, 1, plain('manufacturer', '', unsigned)],
  [0x0b, 1, plain('parameter_set_id', '', unsigned)],
  [0x0c, 1, plain('model_version', '', unsigned)],
  [0x0d, 1, plain('hardware_version', '', unsigned)],
  [0x0e, 1, plain('firmware_version', '', unsigned)],
  [0x0f, 1, plain('software_version', '', unsigned)],
  [0x10, 1, plain('customer_location', '', unsigned)],
  [0x11, 1, plain('customer', '', unsigned)],
  [0x12, 1, plain('access_code_user', '', unsigned)],
  [0x13, 1, plain('access_code_operator', '', unsigned)],
  [0x14, 1, plain('access_code_system_operator', '', unsigned)],
  [0x15, 1, plain('access_code_developer', '', unsigned)],
  [0x16, 1, plain('password', '', unsigned)],
  [0x17, 1, plain('error_flags', '', flags)],
  [0x18, 1, plain('error_mask', '', unsigned)],
  [0x19, 1, plain('security_key', '', unsigned)],
  [0x1a, 1, plain('digital_output', '', flags)],
  [0x1b, 1, plain('digital_input', '', flags)],
  [0x1c, 1, plain('baud_rate', 'Bd', unsigned)],
  [0x1d, 1, plain('response_delay', 'bit', unsigned)],
  [0x1e, 1, plain('retry', '', unsigned)],
  [0x1f, 1, plain('remote_control', '', flags)],
  [0x20, 1, plain('first_cyclic_storage', '', unsigned)],
  [0x21, 1, plain('last_cyclic_storage', '', unsigned)],
  [0x22, 1, plain('storage_block_size', '', unsigned)],
  [0x23, 1, plain('tariff_subunit_descriptor', '', unsigned)],
  [0x24, 4, lasting('storage_interval')],
  [0x28, 1, plain('storage_interval', 'month')],
  [0x29, 1, plain('storage_interval', 'year')],
  [0x2a, 1, plain('operator_specific_data')],
  [0x2b, 1, plain('time_point_second', 's', unsigned)],
  [0x2c, 4, lasting('duration_since_readout', unsigned)],
  [0x30, 1, plain('tariff_start', '', { dateLengths: DATE_LENGTHS })],
  [0x31, 3, (n) => ({ ...lasting('tariff_duration', unsigned)(n + 1) })],
  [0x34, 4, lasting('tariff_period')],
  [0x38, 1, plain('tariff_period', 'month')],
  [0x39, 1, plain('tariff_period', 'year')],
  [0x3a, 1, plain('dimensionless')],
  [0x3b, 1, plain('wmbus_container')],
  [0x3c, 4, lasting('nominal_transmission_period', unsigned)],
  [0x40, 16, decade('voltage', 'V', -9)],
  [0x50, 16, decade('current', 'A', -12)],
  [0x60, 1, plain('reset_counter', '', unsigned)],
  [0x61, 1, plain('cumulation_counter', '', unsigned)],
  [0x62, 1, plain('control_signal')],
  [0x63, 1, plain('day_of_week', '', unsigned)],
  [0x64, 1, plain('week_number', '', unsigned)],
  [0x65, 1, plain('day_change_time', '', { dateLengths: DATE_LENGTHS })],
  [0x66, 1, plain('parameter_activation_state', '', unsigned)],
  [0x67, 1, plain('supplier_info')],
  [0x68, 4, long('duration_since_cumulation')],
  [0x6c, 4, long('battery_operating_time')],
  [0x70, 1, plain('battery_change', '', { dateLengths: DATE_LENGTHS })],
  [0x71, 1, plain('rf_level', 'dBm')],
  // Type K.
  [0x72, 1, plain('daylight_saving', '', { opaqueLength: 4 })],
  [0x73, 1, plain('listening_window')],
  [0x74, 1, plain('battery_remaining', 's', { multiplier: 86_400, ...unsigned })],
  [0x75, 1, plain('stop_counter', '', unsigned)],
  [0x76, 1, plain('manufacturer_container')],
]);

/** Codes behind FD FD. */
export const FD_FD_VIFS = table([
  [0x00, 1, plain('selected_application', '', unsigned)],
  [0x02, 1, plain('battery_remaining', 'month')],
  [0x03, 1, plain('battery_remaining', 'year')],
  [0x3e, 1, plain('moisture_level', '%')],
]);
