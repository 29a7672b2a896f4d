import { BridgeError } from '@meterbridge/core/errors';
import type { Master } from './master.ts';
import { probeOf } from './probe.ts';
import { mediumName } from './protocol/medium.ts';
import { addressOf, type SecondaryAddress } from './protocol/secondary-address.ts';
import { decodeTelegram, type Telegram } from './protocol/telegram.ts';
import { searchSecondary } from './search.ts';

/** A meter that a scan found. */
export interface FoundMeter {
  /** Null if it was found by its secondary address. */
  readonly primary: number | null;
  /** Null if its answer does not tell it. */
  readonly secondary: SecondaryAddress | null;
  readonly manufacturer: string | null;
  readonly medium: string | null;
  /** What is wrong with it: several meters at one address, for example. */
  readonly problem: string | null;
}

export interface ScanStep {
  /** Part of all that is to be asked, 0 to 1. */
  readonly progress: number;
  /** What was asked last. */
  readonly asked: string;
  readonly found: FoundMeter | null;
}

/** Asks each primary address of a range whether somebody is there, and then who. */
export async function* scanPrimary(
  master: Master,
  [first, last]: readonly [number, number],
): AsyncGenerator<ScanStep, void> {
  for (let a = first; a <= last; a++) {
    const { bytes } = await master.reset(a);
    const found = bytes.length === 0 ? null : await whoIsAt(master, a);
    yield { progress: (a - first + 1) / (last - first + 1), asked: String(a), found };
  }
}

/** Finds all meters of a line by their secondary addresses. */
export async function* scanSecondary(master: Master, isThorough: boolean): AsyncGenerator<ScanStep, void> {
  const telegrams = new Map<SecondaryAddress, Telegram>();
  const probe = probeOf(master, (telegram, address) => telegrams.set(address, telegram));
  const seen = new Set<SecondaryAddress>();
  for await (const { mask, result, progress } of searchSecondary(probe, { isThorough })) {
    const telegram = telegrams.get(result);
    const isNew = telegram !== undefined && !seen.has(result);
    seen.add(result);
    yield { progress, asked: mask, found: isNew ? foundMeter(null, telegram) : null };
  }
}

/** An acknowledgement may be that of several meters at once: their data tell. */
async function whoIsAt(master: Master, a: number): Promise<FoundMeter> {
  try {
    return foundMeter(a, decodeTelegram(await master.request(a, 2)));
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code.startsWith('link/')) throw thrown;
    return { primary: a, secondary: null, manufacturer: null, medium: null, problem: thrown.message };
  }
}

function foundMeter(primary: number | null, telegram: Telegram): FoundMeter {
  const secondary = addressOf(telegram);
  const header = telegram.structure === 'variable' ? telegram.header : null;
  const { manufacturer = null, medium } = header ?? {};
  return {
    primary,
    secondary,
    manufacturer,
    medium: medium === undefined ? null : mediumName(medium),
    problem: telegram.fault,
  };
}

/** Meters as they stand in the configuration. */
export function configBlock(address: string, baud: number, meters: readonly FoundMeter[]): string {
  const lines = meters
    .filter(({ primary, secondary }) => primary !== null || secondary !== null)
    .flatMap(({ primary, secondary, manufacturer, medium }) => {
      const target = primary === null ? `"${secondary}"` : String(primary);
      const id = `mbus_${(secondary ?? String(primary)).slice(0, 8).toLowerCase()}`;
      const what = [manufacturer, medium?.replaceAll('_', ' ')].filter(Boolean).join(' ');
      const comment = what ? `  # ${what}` : '';
      const speed = baud === 2400 ? '' : `, baud: ${baud}`;
      return `  - { id: ${id}, address: ${address}, meter: ${target}${speed} }${comment}`;
    });
  return lines.length === 0 ? '' : `meters:\n${lines.join('\n')}\n`;
}
