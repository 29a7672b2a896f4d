/** How the data of a record are coded, by the lower four bits of the DIF (EN 13757-3, table 4). */
export const CODINGS = [
  'none',
  'int8',
  'int16',
  'int24',
  'int32',
  'real32',
  'int48',
  'int64',
  'selection',
  'bcd2',
  'bcd4',
  'bcd6',
  'bcd8',
  'lvar',
  'bcd12',
] as const;

export type Coding = (typeof CODINGS)[number];

/** Bytes of the data; those of `lvar` are told by its first one. */
export const DATA_LENGTHS: readonly number[] = [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6];

export const FUNCTIONS = ['instantaneous', 'maximum', 'minimum', 'error'] as const;

/** A value of now, the highest or lowest of a time, or one from while something was wrong. */
export type ValueFunction = (typeof FUNCTIONS)[number];
