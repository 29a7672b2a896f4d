import { manufacturerCode } from './protocol/header.ts';
import { hexByte } from './protocol/hex.ts';
import { EVERY_METER, ID_DIGITS, type SecondaryAddress } from './protocol/secondary-address.ts';
import { SilentMasks } from './silent-masks.ts';

/** What answers to a mask: nobody, one meter with its address, or several at once. */
export type ProbeResult = 'none' | 'collision' | SecondaryAddress;

/** Asks the meters that a mask means; patiently, if they seem to answer later than they should. */
export type Probe = (mask: SecondaryAddress, isPatient?: boolean) => Promise<Probed>;

export interface Probed {
  readonly result: ProbeResult;
  /** Something came that may have been an answer to a question before. */
  readonly wasLate: boolean;
}

export interface SearchOptions {
  /** Looks for numbers with the hexadecimal digits A to E everywhere, not only where meters are missing. */
  readonly isThorough?: boolean;
  /** Whether something comes to which nothing was asked: where the last question seemed to mean nobody. */
  readonly listen?: () => Promise<boolean>;
}

export interface SearchStep {
  readonly mask: SecondaryAddress;
  readonly result: ProbeResult;
  /** Part of all numbers that has been searched, 0 to 1. */
  readonly progress: number;
}

const DIGITS = '0123456789';
/** Not of the standard, but real meters have them. */
const FURTHER_DIGITS = 'ABCDE';

/** Media and manufacturers of many meters: these are tried first where numbers are the same. */
const USUAL_MEDIA: readonly number[] = [4, 6, 7, 2, 3, 0x0c, 0x0d, 0x0a, 0x0b, 0x15, 0x16, 8, 0];
const USUAL_MANUFACTURERS: readonly string[] = Array.from(
  'ABB ACW AMT APA BMT BSC CSC DME DWZ EDC EFE ELS ELV EMH EMU ESY EZM FIN GMC GWF HYD IME IMT INM INV ISK ITW JAN KAM KRO LGB LSE LUG MAD MET MIN NES NZR PAD PII QDS RAM RAY REL SAP SBC SCH SEC SEN SEO SIE SLB SON SPX SVM TCH TEC WEP WZG ZEN ZRI ZRM'.split(
    ' ',
  ),
  (letters) => {
    const code = manufacturerCode(letters);
    return hexByte(code & 0xff) + hexByte(code >> 8);
  },
);
const BYTES = Array.from({ length: 255 }, (_, byte) => byte);

/**
 * Finds all meters of a line by wildcards, depth first: a mask to which several answer is asked digit by digit. Meters
 * with the same number are told apart by medium, version and manufacturer.
 */
export async function* searchSecondary(
  probe: Probe,
  { isThorough = false, listen }: SearchOptions = {},
): AsyncGenerator<SearchStep, void> {
  const digits = isThorough ? DIGITS + FURTHER_DIGITS : DIGITS;
  const seen = new Set(USUAL_MANUFACTURERS);
  const silent = new SilentMasks();

  async function once(mask: SecondaryAddress, depth: number): Promise<ProbeResult> {
    const { result, wasLate } = await probe(mask, silent.isLate(mask));
    silent.asked({ mask, depth }, result === 'none', wasLate);
    return result;
  }

  /** Meters with the same number are rare, and telling them apart takes long: a disturbed answer is asked for again. */
  async function ask(mask: SecondaryAddress, depth: number): Promise<ProbeResult> {
    const result = await once(mask, depth);
    return result === 'collision' && depth >= ID_DIGITS ? await once(mask, depth) : result;
  }

  async function* look(mask: SecondaryAddress, depth: number, done: number, share: number): Search {
    const result = await ask(mask, depth);
    if (result !== 'none' && result !== 'collision') seen.add(result.slice(8, 12));
    const masks = result === 'collision' ? refined(mask, depth, digits, seen) : [];
    yield { mask, result, progress: masks.length > 0 ? done : done + share };
    const part = share / masks.length;
    let count = result === 'none' || result === 'collision' ? 0 : 1;
    for (const [at, finer] of masks.entries()) {
      count += yield* look(finer, depth + 1, done + at * part, part);
    }
    // Where several answered and fewer were found, the others have digits that numbers should not have.
    if (masks.length === 0 || depth >= ID_DIGITS || count > 1 || isThorough) return count;
    for (const finer of refined(mask, depth, FURTHER_DIGITS, seen)) {
      count += yield* look(finer, depth + 1, done + share, 0);
    }
    if (count < 2) silent.doubt(masks);
    return count;
  }

  yield* look(EVERY_METER, 0, 0, 1);
  if (silent.isLast && (await listen?.())) silent.heardLate();
  for (const { mask, depth } of silent.doubted) yield* look(mask, depth, 1, 0);
}

/** Returns how many meters it found. */
type Search = AsyncGenerator<SearchStep, number>;

/** The masks that together mean all the meters that one means; of manufacturers, only the known ones can be tried. */
function refined(
  mask: SecondaryAddress,
  depth: number,
  digits: string,
  manufacturers: ReadonlySet<string>,
): readonly SecondaryAddress[] {
  if (depth < ID_DIGITS) {
    return Array.from(digits, (digit) => mask.slice(0, depth) + digit + mask.slice(depth + 1));
  }
  const id = mask.slice(0, ID_DIGITS);
  if (depth === ID_DIGITS) return ordered(USUAL_MEDIA).map((medium) => `${id}FFFFFF${hexByte(medium)}`);
  const medium = mask.slice(14);
  if (depth === ID_DIGITS + 1) return ordered([]).map((version) => `${id}FFFF${hexByte(version)}${medium}`);
  if (depth > ID_DIGITS + 2) return [];
  return [...manufacturers].map((manufacturer) => `${id}${manufacturer}${mask.slice(12)}`);
}

function ordered(first: readonly number[]): readonly number[] {
  return [...new Set([...first, ...BYTES])];
}
