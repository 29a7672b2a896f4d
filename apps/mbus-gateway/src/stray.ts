import { hexOf } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import type { RecordHead } from './protocol/record-head.ts';
import { addressOf, isSelected } from './protocol/secondary-address.ts';
import type { FixedTelegram, Telegram, VariableTelegram } from './protocol/telegram.ts';
import type { Target } from './readout.ts';

/** A telegram with values. */
export type ReadableTelegram = VariableTelegram | FixedTelegram;

/** Why a telegram is not the next one of this readout; null if it is. */
export function strayOf(
  target: Target,
  telegram: ReadableTelegram,
  first: ReadableTelegram | undefined,
  previous: ReadableTelegram | undefined,
): BridgeError | null {
  if (!isSameMeter(target, telegram, first))
    return new BridgeError('meter/other-answer', `meter ${addressOf(telegram)} answered in place of another`);
  const isSameAnswer =
    previous !== undefined && isRepeated(previous, telegram) && numberOf(previous) === numberOf(telegram);
  // It came twice, the second time late, as its request had been repeated.
  return isSameAnswer ? new BridgeError('meter/other-answer', 'the answer before came once more') : null;
}

export function isSameMeter(target: Target, telegram: Telegram, first: Telegram | undefined): boolean {
  const found = addressOf(telegram);
  if (!found) return true;
  const isWanted = typeof target === 'number' || isSelected(found, target.toUpperCase());
  return isWanted && (!first || addressOf(first) === found);
}

function numberOf({ header }: ReadableTelegram): number | null {
  return header?.accessNumber ?? null;
}

/** A meter that does not know the frame count bit tells the same again and again; only its clock moves on. */
export function isRepeated(previous: ReadableTelegram, telegram: ReadableTelegram): boolean {
  const [before, now] = [previous.records ?? [], telegram.records ?? []];
  if (before.length !== now.length) return false;
  if (now.length === 0)
    return hexOf(previous.manufacturerData ?? EMPTY) === hexOf(telegram.manufacturerData ?? EMPTY);
  const isSameKind = now.every(({ head }, at) => isSameHead(head, before[at]!.head));
  return isSameKind && now.some(({ value }, at) => String(value) === String(before[at]!.value));
}

const EMPTY = new Uint8Array(0);

function isSameHead(one: RecordHead, other: RecordHead): boolean {
  return one === other || (one.dib === other.dib && one.vib === other.vib);
}
