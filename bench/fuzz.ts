import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '@meterbridge/core/codec';
import { damagedInput } from './fuzz/damage.ts';
import { hmTarget } from './fuzz/hm.ts';
import { kmpTarget } from './fuzz/kmp.ts';
import { kpm33bTarget } from './fuzz/kpm33b.ts';
import { mbusTarget } from './fuzz/mbus.ts';
import { modbusRtuTarget, modbusTcpTarget } from './fuzz/modbus.ts';
import { p1Target } from './fuzz/p1.ts';
import type { Target } from './fuzz/target.ts';
import { textTable } from './table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const SEED = 20_260_131;
const BATCH = 5_000;
const MOST_HEAP_MB = 256;
/** Of the processor: what else runs on the machine is not to count. */
const SLOWEST_BATCH_MS = 10_000;
/** Part of the inputs behind which the line falls silent. */
const SILENT = 0.1;
const TELL_EVERY_MS = 30_000;

/** What became of the inputs of one protocol. */
interface Fuzzed {
  readonly name: string;
  readonly inputs: number;
  readonly taken: number;
  /** By error code. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Damages what meters send in all the ways that lines do, and then some, and reads what becomes of it; the protocols
 * take turns. Same seed, same inputs. It throws when a reader does, when something is taken whose checksum does not
 * fit its bytes, or when memory or time have no bound.
 */
export function fuzz({ minutes }: { readonly minutes: number }) {
  const targets = [
    p1Target(),
    kmpTarget(),
    mbusTarget(),
    modbusTcpTarget(),
    modbusRtuTarget(),
    hmTarget(),
    kpm33bTarget(),
  ];
  const fuzzers = targets.map((target) => new Fuzzer(target));
  const endMs = performance.now() + 60_000 * minutes;
  let toldMs = performance.now();
  let mostHeapMB = 0;
  let slowestBatchMs = 0;
  while (performance.now() < endMs) {
    for (const fuzzer of fuzzers) {
      const before = process.cpuUsage();
      fuzzer.run(BATCH);
      slowestBatchMs = Math.max(slowestBatchMs, process.cpuUsage(before).user / 1000);
      mostHeapMB = Math.max(mostHeapMB, heapMB());
      if (mostHeapMB > MOST_HEAP_MB) throw new Error(`${fuzzer.name}: memory grows: ${mostHeapMB} MB`);
      if (slowestBatchMs > SLOWEST_BATCH_MS)
        throw new Error(`${fuzzer.name}: ${BATCH} inputs took ${slowestBatchMs} ms`);
    }
    if (performance.now() - toldMs < TELL_EVERY_MS) continue;
    toldMs = performance.now();
    console.log(fuzzers.map(({ name, inputs }) => `${name} ${inputs}`).join(', '));
  }
  const figures = fuzzers.map((fuzzer) => fuzzer.figures);
  console.log(
    textTable([
      ['protocol', 'inputs', 'taken'],
      ...figures.map(({ name, inputs, taken }) => [name, String(inputs), String(taken)]),
    ]),
  );
  return { minutes, seed: SEED, targets: figures, mostHeapMB, slowestBatchMs };
}

/** In use; garbage that nobody has collected yet is not to count. */
function heapMB(): number {
  if (process.memoryUsage().heapUsed > 1e6 * MOST_HEAP_MB) collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Gives one reader damaged inputs in chunks of any size. */
class Fuzzer {
  inputs = 0;
  readonly #target: Target;
  readonly #random = seededRandom(SEED);
  readonly #refused = new Map<string, number>();
  #taken = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  get name(): string {
    return this.#target.name;
  }

  get figures(): Fuzzed {
    const { name, inputs } = this;
    return { name, inputs, taken: this.#taken, refused: Object.fromEntries(this.#refused) };
  }

  run(count: number): void {
    for (let turn = 0; turn < count; turn++, this.inputs++) {
      const bytes = damagedInput(this.#target, this.#random);
      try {
        this.#give(bytes);
      } catch (cause) {
        const hex = Buffer.from(bytes).toString('hex');
        throw new Error(`${this.name}: input ${this.inputs} of seed ${SEED}: ${hex}`, { cause });
      }
    }
  }

  #give(bytes: Uint8Array): void {
    const size = this.#target.isStream ? 1 + Math.floor(this.#random() ** 4 * 2_000) : bytes.length || 1;
    for (let at = 0; at < bytes.length; at += size)
      for (const refusal of this.#target.push(bytes.subarray(at, at + size))) this.#count(refusal);
    if (this.#random() < SILENT) for (const refusal of this.#target.end()) this.#count(refusal);
  }

  #count(refusal: string | null): void {
    if (refusal === null) this.#taken++;
    else this.#refused.set(refusal, (this.#refused.get(refusal) ?? 0) + 1);
  }
}
