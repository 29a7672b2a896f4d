import { DURATION_SECONDS } from './vif.ts';

/** What an orthogonal VIFE does to the value of its record (EN 13757-3, table 15). */
export interface Vife {
  /** snake_case; null for those that only scale. */
  readonly modifier: string | null;
  /** Power of ten that multiplies the value. */
  readonly exponent: number;
  /** Power of ten that is added to the number on the wire. */
  readonly addend: number | null;
  /** What the number is instead: a point in time, a duration in units of so many seconds, a count. */
  readonly turns: 'date' | 'count' | { readonly seconds: number } | null;
  /** The data are of this type, whatever the VIF says. */
  readonly integers: 'unsigned' | 'flags' | null;
}

const PLAIN: Vife = { modifier: null, exponent: 0, addend: null, turns: null, integers: null };

const NAMES: Readonly<Record<number, string>> = {
  0: 'no_error',
  1: 'record_error_too_many_dife',
  2: 'record_error_storage_number',
  3: 'record_error_subunit',
  4: 'record_error_tariff',
  5: 'record_error_function',
  6: 'record_error_data_class',
  7: 'record_error_data_size',
  11: 'record_error_too_many_vife',
  12: 'record_error_illegal_vif_group',
  13: 'record_error_illegal_exponent',
  14: 'record_error_vif_dif_mismatch',
  15: 'record_error_unimplemented_action',
  18: 'average',
  19: 'inverse_compact_profile',
  20: 'relative_deviation',
  21: 'record_error_no_data',
  22: 'record_error_overflow',
  23: 'record_error_underflow',
  24: 'record_error_data_error',
  28: 'record_error_premature_end',
  29: 'standard_conform',
  30: 'compact_profile_with_registers',
  31: 'compact_profile',
  32: 'per_second',
  33: 'per_minute',
  34: 'per_hour',
  35: 'per_day',
  36: 'per_week',
  37: 'per_month',
  38: 'per_year',
  39: 'per_revolution',
  40: 'per_input_pulse_0',
  41: 'per_input_pulse_1',
  42: 'per_output_pulse_0',
  43: 'per_output_pulse_1',
  44: 'per_litre',
  45: 'per_m3',
  46: 'per_kg',
  47: 'per_kelvin',
  48: 'per_kwh',
  49: 'per_gj',
  50: 'per_kw',
  51: 'per_kelvin_litre',
  52: 'per_volt',
  53: 'per_ampere',
  54: 'multiplied_by_second',
  55: 'multiplied_by_second_per_volt',
  56: 'multiplied_by_second_per_ampere',
  57: 'start_date',
  58: 'uncorrected',
  59: 'positive_only',
  60: 'negative_only',
  61: 'non_metric',
  62: 'base_conditions',
  63: 'obis_declaration',
  64: 'lower_limit',
  65: 'lower_limit_exceed_count',
  72: 'upper_limit',
  73: 'upper_limit_exceed_count',
  104: 'during_lower_limit_exceed',
  105: 'leakage',
  108: 'during_upper_limit_exceed',
  109: 'overflow',
  126: 'future',
  127: 'manufacturer_vife',
};

/** Codes behind FC among the VIFEs: phases, quadrants, directions. */
const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  1: 'phase_l1',
  2: 'phase_l2',
  3: 'phase_l3',
  4: 'neutral',
  5: 'phase_l1_l2',
  6: 'phase_l2_l3',
  7: 'phase_l3_l1',
  8: 'quadrant_1',
  9: 'quadrant_2',
  10: 'quadrant_3',
  11: 'quadrant_4',
  12: 'import_export_delta',
  13: 'non_metric',
  14: 'secondary_sensor',
  15: 'higher_resolution',
  16: 'accumulated_both_directions',
  17: 'type_c',
  18: 'type_d',
  19: 'end_date',
  20: 'direction_to_meter',
  21: 'direction_from_meter',
};

const limit = (code: number): string => (code & 0x08 ? 'upper_limit' : 'lower_limit');
const turn = (code: number): string => (code & 0x04 ? 'last' : 'first');
const edge = (code: number): string => (code & 0x01 ? 'end' : 'begin');

/** 42, 43, 46, 47 and 4A, 4B, 4E, 4F: bit 1 is set in all of them; bit 2 tells first or last, bit 0 begin or end. */
function limitDate(code: number): Vife {
  return { ...PLAIN, modifier: `${limit(code)}_exceed_${turn(code)}_${edge(code)}`, turns: 'date' };
}

function vifeOf(code: number): Vife {
  if ((code & 0xf0) === 0x40 && code & 0x02) return limitDate(code);
  if ((code & 0xf0) === 0x50) {
    return {
      ...PLAIN,
      modifier: `${limit(code)}_exceed_${turn(code)}_duration`,
      turns: { seconds: DURATION_SECONDS[code & 3]! },
    };
  }
  if ((code & 0xf8) === 0x60) {
    return { ...PLAIN, modifier: `${turn(code)}_duration`, turns: { seconds: DURATION_SECONDS[code & 3]! } };
  }
  if ((code & 0xf8) === 0x68 && code & 0x02) {
    return { ...PLAIN, modifier: `${turn(code)}_${edge(code)}`, turns: 'date' };
  }
  if ((code & 0xf8) === 0x70) return { ...PLAIN, exponent: (code & 7) - 6 };
  if ((code & 0xfc) === 0x78) return { ...PLAIN, addend: (code & 3) - 3 };
  if (code === 0x7d) return { ...PLAIN, exponent: 3 };
  const modifier = NAMES[code] ?? `reserved_${code.toString(16).padStart(2, '0')}`;
  return {
    ...PLAIN,
    modifier,
    turns: code === 0x39 ? 'date' : code === 0x41 || code === 0x49 ? 'count' : null,
  };
}

function extensionOf(code: number): Vife {
  const modifier = EXTENSION_NAMES[code] ?? `reserved_7c_${code.toString(16).padStart(2, '0')}`;
  return {
    ...PLAIN,
    modifier,
    turns: code === 0x13 ? 'date' : null,
    integers: code === 0x11 ? 'unsigned' : code === 0x12 ? 'flags' : null,
  };
}

/** By the lower seven bits of the VIFE. */
export const VIFES: readonly Vife[] = Array.from({ length: 128 }, (_, code) => vifeOf(code));
/** By the lower seven bits of the byte behind FC. */
export const EXTENSION_VIFES: readonly Vife[] = Array.from({ length: 128 }, (_, code) => extensionOf(code));

export const MANUFACTURER_VIFE = 0x7f;
export const VIFE_EXTENSION = 0x7c;
