/** One way to do some work, measured against others. */
export interface Contender {
  readonly name: string;
  /** Does the work once. */
  run(): void | Promise<void>;
  /** How much of the unit one run does. */
  readonly work: number;
}

/** Contenders that are measured together; the first is what the others are compared with. */
export interface Contest {
  readonly title: string;
  /** What is counted per second. */
  readonly unit: string;
  /** How many bytes one of the unit is, where it is made of bytes: MB per second are told, too. */
  readonly bytesPerUnit?: number;
  readonly contenders: readonly Contender[];
}

/** Median with the range in which the middle half of the rounds lies. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Figure {
  readonly name: string;
  readonly perSecond: Spread;
  /** Speed relative to the first contender, taken within each round: what slows the machine slows both. */
  readonly ratio: Spread;
}

const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;
/** What one contender gets of a round. */
const SLICE_MS = 60;

/** Lets the contenders take turns, so that all of them see the machine in the same mood. */
export async function measure({ contenders }: Contest): Promise<readonly Figure[]> {
  const rates = contenders.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [at, contender] of contenders.entries()) {
      const rate = await rateOf(contender);
      if (round >= 0) rates[at]!.push(rate);
    }
  }
  return contenders.map(({ name }, at) => ({
    name,
    perSecond: spreadOf(rates[at]!),
    ratio: spreadOf(rates[at]!.map((rate, round) => rate / rates[0]![round]!)),
  }));
}

async function rateOf(contender: Contender): Promise<number> {
  const start = performance.now();
  let runs = 0;
  let elapsedMs = 0;
  do {
    await contender.run();
    runs++;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < SLICE_MS);
  return (1_000 * runs * contender.work) / elapsedMs;
}

export function spreadOf(values: readonly number[]): Spread {
  const at = (part: number): number => quantile(values, part);
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** @param part 0 … 1 */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(part * (values.length - 1))]!;
}
