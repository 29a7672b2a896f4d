import { Decimal } from '@meterbridge/core/codec';
import type { AppInfo } from './messages.ts';

/** Bit of the features of a DTU that says: measurements and commands are encrypted. */
const ENCRYPTED_BIT = 25;
/** Key of the feature that holds the stored power limit as `1,A:1000,B:0,C:0`. */
const LIMIT_FEATURE = 8;

export function isEncrypted({ dtu }: AppInfo): boolean {
  // The field has 64 bits, which the operators on bits would cut to 32.
  return dtu !== null && Math.floor(dtu.features / 2 ** ENCRYPTED_BIT) % 2 === 1;
}

/** % of rated power to which the inverter is held, or null if the DTU does not tell. */
export function storedLimit({ features }: AppInfo): Decimal | null {
  const text = features.find(({ key }) => key === LIMIT_FEATURE)?.text;
  const limit = text === undefined ? null : /A:(\d{1,4})\b/.exec(text);
  return limit ? new Decimal(Number(limit[1]), 1) : null;
}
