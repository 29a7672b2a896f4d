const NAMES: readonly string[] = [
  'unspecified',
  'ci_not_implemented',
  'buffer_too_long',
  'too_many_records',
  'premature_end_of_record',
  'too_many_dife',
  'too_many_vife',
  'reserved',
  'application_busy',
  'too_many_readouts',
];

/** The meter has no time; a second later it may. */
export const APPLICATION_BUSY = 8;

/** Names of what meters answer instead of their values (EN 13757-3, table 8). */
export function applicationErrorName(code: number): string {
  return NAMES[code] ?? 'reserved';
}
