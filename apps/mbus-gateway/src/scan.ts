import { BridgeError } from '@meterbridge/core/errors';
import type { Master } from './master.ts';
import type { LineOptions } from './open-line.ts';
import { listenOn, probeOf } from './probe.ts';
import { mediumName } from './protocol/medium.ts';
import { addressOf, ID_DIGITS, type SecondaryAddress } from './protocol/secondary-address.ts';
import { decodeTelegram, type Telegram } from './protocol/telegram.ts';
import type { Target } from './readout.ts';
import { searchSecondary, unresolved } from './search.ts';

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

const NOBODY = { primary: null, secondary: null, manufacturer: null, medium: null };

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
    let answer = await master.reset(a);
    // What came was no E5: maybe not for this question.
    if (!answer.frame && answer.bytes.length > 0) answer = await master.reset(a);
    const found = answer.bytes.length === 0 ? null : await whoIsAt(master, a);
    yield { progress: (a - first + 1) / (last - first + 1), asked: String(a), found };
  }
}

/** Finds all meters of a line by their secondary addresses. */
export async function* scanSecondary(master: Master, isThorough: boolean): AsyncGenerator<ScanStep, void> {
  const telegrams = new Map<SecondaryAddress, Telegram>();
  const probe = probeOf(master, (telegram, address) => telegrams.set(address, telegram));
  const seen = new Set<SecondaryAddress>();
  for await (const { mask, result, progress, isUnresolved } of searchSecondary(probe, {
    isThorough,
    listen: () => listenOn(master),
  })) {
    if (isUnresolved) {
      yield { progress, asked: mask, found: { ...NOBODY, problem: unresolved(mask).message } };
      continue;
    }
    const telegram = telegrams.get(result);
    const isNew = telegram !== undefined && !seen.has(result);
    seen.add(result);
    yield { progress, asked: mask, found: isNew ? foundMeter(null, telegram) : null };
  }
}

/** An acknowledgement may be that of several meters at once: their data tell. */
async function whoIsAt(master: Master, a: number): Promise<FoundMeter> {
  try {
    return foundMeter(a, decodeTelegram(await master.request(a, 2, true)));
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code.startsWith('link/')) throw thrown;
    return { ...NOBODY, primary: a, problem: thrown.message };
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

/** A meter as it stands in the configuration. */
export interface ConfiguredMeter {
  readonly entry: {
    readonly id: string;
    readonly address: string;
    readonly meter: Target;
    readonly baud?: number;
    readonly dtr?: false;
    readonly rts?: false;
  };
  /** What it is, for people. */
  readonly comment: string;
}

const USUAL_BAUD = 2400;

/** What has to stand in the configuration to read these meters; what is as usual is left out. */
export function configured(
  { address, baud, dtr, rts }: Pick<LineOptions, 'address' | 'baud' | 'dtr' | 'rts'>,
  meters: readonly FoundMeter[],
): readonly ConfiguredMeter[] {
  const line = { ...(baud !== USUAL_BAUD && { baud }), ...(!dtr && { dtr }), ...(!rts && { rts }) };
  // At an address where something is wrong, such as several meters, there is nobody to be read.
  const readable = meters.filter(({ secondary, problem }) => secondary !== null || problem === null);
  const numbers = Map.groupBy(readable, numberOf);
  return readable.flatMap((found) => {
    const { primary, secondary, manufacturer, medium } = found;
    const meter = primary ?? secondary;
    if (meter === null) return [];
    const isAlone = numbers.get(numberOf(found))?.length === 1;
    const id = `mbus_${isAlone ? numberOf(found) : (secondary ?? meter)}`.toLowerCase();
    const comment = [manufacturer, medium?.replaceAll('_', ' ')].filter(Boolean).join(' ');
    return [{ entry: { id, address: address.url, meter, ...line }, comment }];
  });
}

/** What people know it by: its number, else its primary address. */
function numberOf({ primary, secondary }: FoundMeter): string {
  return secondary?.slice(0, ID_DIGITS) ?? String(primary);
}

/** Meters as they stand in the configuration file. */
export function configBlock(meters: readonly ConfiguredMeter[]): string {
  const lines = meters.map(({ entry, comment }) => {
    const keys = Object.entries(entry).map(
      ([key, value]) => `${key}: ${key === 'meter' ? quoted(value) : value}`,
    );
    return `  - { ${keys.join(', ')} }${comment && `  # ${comment}`}`;
  });
  return lines.length === 0 ? '' : `meters:\n${lines.join('\n')}\n`;
}

/** A secondary address may look like a number. */
function quoted(target: Target | boolean): string {
  return typeof target === 'string' ? `"${target}"` : String(target);
}
