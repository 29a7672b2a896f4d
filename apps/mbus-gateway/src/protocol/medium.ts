/** Device types of the variable structure (EN 13757-3, table 13), as snake_case names. */
const MEDIA: readonly string[] = [
  'other',
  'oil',
  'electricity',
  'gas',
  'heat_outlet',
  'steam',
  'warm_water',
  'water',
  'heat_cost_allocator',
  'compressed_air',
  'cooling_outlet',
  'cooling_inlet',
  'heat_inlet',
  'heat_cooling',
  'bus_system',
  'unknown',
  'irrigation_water',
  'water_data_logger',
  'gas_data_logger',
  'gas_converter',
  'calorific_value',
  'hot_water',
  'cold_water',
  'dual_water',
  'pressure',
  'ad_converter',
  'smoke_detector',
  'room_sensor',
  'gas_detector',
];

const FURTHER_MEDIA: ReadonlyMap<number, string> = new Map([
  [0x20, 'breaker'],
  [0x21, 'valve'],
  [0x25, 'customer_unit'],
  [0x28, 'waste_water'],
  [0x29, 'garbage'],
  [0x2a, 'carbon_dioxide'],
  [0x30, 'service_tool'],
  [0x31, 'gateway'],
  [0x32, 'unidirectional_repeater'],
  [0x33, 'bidirectional_repeater'],
  [0x36, 'radio_converter_system'],
  [0x37, 'radio_converter_meter'],
  [0x38, 'bus_converter_meter'],
  [0xff, 'wildcard'],
]);

/** Media of the fixed structure; A to E are those of meters that send the most significant byte first. */
const FIXED_MEDIA: readonly string[] = [
  'other',
  'oil',
  'electricity',
  'gas',
  'heat',
  'steam',
  'hot_water',
  'water',
  'heat_cost_allocator',
  'reserved',
  'gas',
  'heat',
  'hot_water',
  'water',
  'heat_cost_allocator',
  'reserved',
];

export function mediumName(medium: number): string {
  return MEDIA[medium] ?? FURTHER_MEDIA.get(medium) ?? 'reserved';
}

export function fixedMediumName(medium: number): string {
  return FIXED_MEDIA[medium] ?? 'reserved';
}
