import { BridgeError } from '@meterbridge/core/errors';
import type { MbusLong } from '@meterbridge/core/frames';
import { ABSENT, type Master } from './master.ts';
import type { Decrypt } from './protocol/encryption.ts';
import type { FixedHeader } from './protocol/fixed.ts';
import type { TelegramHeader } from './protocol/header.ts';
import type { DataRecord } from './protocol/record.ts';
import { SELECTED } from './protocol/request.ts';
import { addressBytes, addressOf, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';
import {
  decodeTelegram,
  type FixedTelegram,
  type Telegram,
  type VariableTelegram,
} from './protocol/telegram.ts';

/** Where a meter is on its line: a primary address, or a secondary one. */
export type Target = number | SecondaryAddress;

export interface ReadoutSettings {
  readonly decrypt?: Decrypt | undefined;
  /** Telegrams of one readout at most. */
  readonly maxTelegrams: number;
}

/** All telegrams of one readout of a meter. */
export interface Readout {
  readonly structure: 'variable' | 'fixed';
  readonly header: TelegramHeader | FixedHeader | null;
  /** Null if the answers do not tell it. */
  readonly address: SecondaryAddress | null;
  readonly records: readonly DataRecord[];
  /** What could not be read although an answer came; the records in front of it are there. */
  readonly problem: BridgeError | null;
}

/**
 * Reads out a meter: all telegrams that it says it has.
 * @throws BridgeError meter/…, frame/…, link/…
 */
export async function readOut(master: Master, target: Target, settings: ReadoutSettings): Promise<Readout> {
  const a = await address(master, target);
  const telegrams: (VariableTelegram | FixedTelegram)[] = [];
  let previous: MbusLong | undefined;
  for (;;) {
    const answer = await master.request(a);
    // A meter that does not know the frame count bit tells the same again and again.
    if (previous && isSameContent(previous, answer)) break;
    previous = answer;
    const telegram = readable(decodeTelegram(answer, { ...settings, address: knownAddress(target) }));
    requireSameMeter(target, telegram, telegrams[0]);
    telegrams.push(telegram);
    if (!telegram.hasMore || telegrams.length === settings.maxTelegrams) break;
  }
  return whole(telegrams);
}

/** Wakes up or selects the meter; tells at which address it then answers. */
async function address(master: Master, target: Target): Promise<number> {
  if (typeof target === 'number') {
    await master.reset(target);
    return target;
  }
  await master.reset(SELECTED);
  const { frame, bytes } = await master.select(target, 3);
  if (frame) return SELECTED;
  if (bytes.length === 0) throw new BridgeError('meter/no-answer', `no meter answers to ${target}`, ABSENT);
  throw new BridgeError('meter/collision', `what arrived after the selection of ${target} is no answer`);
}

function knownAddress(target: Target) {
  return typeof target === 'number' ? undefined : addressBytes(target);
}

/** A telegram with values. */
function readable(telegram: Telegram): VariableTelegram | FixedTelegram {
  const { structure, fault } = telegram;
  if (fault === 'encrypted' || fault === 'decryption_failed') {
    const why = fault === 'encrypted' ? 'no key is known' : 'the key does not fit';
    throw new BridgeError('meter/encrypted', `the answer is encrypted and ${why}`, { facts: { fault } });
  }
  if ((structure === 'variable' || structure === 'fixed') && telegram.records) return telegram;
  throw new BridgeError('meter/undecodable', `the answer holds no values: ${fault ?? structure}`, {
    facts: { fault },
  });
}

function requireSameMeter(target: Target, telegram: Telegram, first: Telegram | undefined): void {
  const found = addressOf(telegram);
  if (!found) return;
  const isWanted = typeof target === 'number' || isSelected(found, target.toUpperCase());
  if (isWanted && (!first || addressOf(first) === found)) return;
  throw new BridgeError('meter/other-answer', `meter ${found} answered in place of another`);
}

/** Apart from the access number, which counts on. */
function isSameContent(one: MbusLong, other: MbusLong): boolean {
  const isCounted = (at: number): boolean => at === 8 && one.data.length > 12;
  return (
    one.data.length === other.data.length &&
    one.data.every((byte, at) => byte === other.data[at] || isCounted(at))
  );
}

function whole(telegrams: readonly (VariableTelegram | FixedTelegram)[]): Readout {
  const [first] = telegrams;
  const fault = telegrams.find((telegram) => telegram.fault !== null)?.fault;
  return {
    structure: first!.structure,
    header: first!.header,
    address: addressOf(first!),
    records: telegrams.flatMap(({ records }) => records ?? []),
    problem: fault
      ? new BridgeError('meter/undecodable', `a part of the answer cannot be decoded: ${fault}`, {
          facts: { fault },
        })
      : null,
  };
}
