import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { MbusLong } from '@meterbridge/core/frames';
import { ABSENT, type Master } from './master.ts';
import type { Decrypt } from './protocol/encryption.ts';
import type { FixedHeader } from './protocol/fixed.ts';
import type { TelegramHeader } from './protocol/header.ts';
import type { DataRecord } from './protocol/record.ts';
import { SELECTED } from './protocol/request.ts';
import { addressBytes, addressOf, type SecondaryAddress } from './protocol/secondary-address.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import { isRepeated, isSameMeter, type ReadableTelegram, strayOf } from './stray.ts';
import { unreadable } from './unreadable.ts';

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
  const a = await reachForData(master, target);
  const telegrams: ReadableTelegram[] = [];
  let passedOver: BridgeError | null = null;
  let strays = 0;
  try {
    while (telegrams.length < settings.maxTelegrams) {
      const telegram = readable(await master.request(a), target, settings);
      const previous = telegrams.at(-1);
      const stray = strayOf(target, telegram, telegrams[0], previous);
      if (stray && ++strays < MOST_STRAYS) {
        passedOver = stray;
        await master.takeBack(a);
        continue;
      }
      if (stray && !isSameMeter(target, telegram, telegrams[0])) throw stray;
      if (previous && isRepeated(previous, telegram)) return whole(telegrams, passedOver);
      telegrams.push(telegram);
      if (!telegram.hasMore) return whole(telegrams, passedOver);
    }
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // What was told before is worth having, unless the line is gone.
    if (!/^(meter|frame)\//.test(error.code)) throw thrown;
    if (telegrams.length === 0) throw passedOver ?? error;
    return whole(telegrams, error);
  }
  return whole(telegrams, cutOff(settings.maxTelegrams));
}

/** Answers that belong to something else; after so many, somebody else is there. */
const MOST_STRAYS = 3;

/** Wakes up or selects the meter; tells at which address it then answers. */
async function reachForData(master: Master, target: Target): Promise<number> {
  if (typeof target === 'number') {
    await master.reset(target);
    return target;
  }
  let { frame, bytes } = await master.select(target);
  if (!frame) {
    await master.reset(SELECTED);
    ({ frame, bytes } = await master.select(target, 2));
  }
  if (frame) return SELECTED;
  if (bytes.length === 0) throw new BridgeError('meter/no-answer', `no meter answers to ${target}`, ABSENT);
  throw new BridgeError('meter/collision', `what arrived after the selection of ${target} is no answer`);
}

function knownAddress(target: Target) {
  return typeof target === 'number' ? undefined : addressBytes(target);
}

/** A telegram with values. */
function readable(answer: MbusLong, target: Target, { decrypt }: ReadoutSettings): ReadableTelegram {
  const telegram = decodeTelegram(answer, { decrypt, address: knownAddress(target) });
  const { structure } = telegram;
  if ((structure === 'variable' || structure === 'fixed') && telegram.records) return telegram;
  throw unreadable(answer, telegram, decrypt !== undefined);
}

function cutOff(maxTelegrams: number): BridgeError {
  return new BridgeError('meter/undecodable', `the meter has more than ${maxTelegrams} telegrams to tell`, {
    hint: 'Raise max_telegrams of this meter to read the others, too.',
  });
}

function whole(telegrams: readonly ReadableTelegram[], problem: BridgeError | null): Readout {
  const [first] = telegrams;
  const fault = telegrams.find((telegram) => telegram.fault !== null)?.fault;
  return {
    structure: first!.structure,
    header: first!.header,
    address: addressOf(first!),
    records: telegrams.flatMap(({ records }) => records ?? []),
    problem: fault ? undecodable(fault) : problem,
  };
}

function undecodable(fault: string): BridgeError {
  const detail = `a part of the answer cannot be decoded: ${fault}`;
  return new BridgeError('meter/undecodable', detail, { facts: { fault } });
}
