import { latin1Bytes, seededRandom } from '@meterbridge/core/codec';
import { keysOf } from '../apps/dsmr-bridge/src/encryption.ts';
import { decodeTelegram } from '../apps/dsmr-bridge/src/protocol/telegram.ts';
import { meterClock } from '../apps/dsmr-bridge/src/protocol/timestamp.ts';
import { PortReader } from '../apps/dsmr-bridge/src/reader.ts';
import { sealTelegram } from '../apps/dsmr-bridge/src/simulator/seal.ts';
import { telegramJson } from '../apps/dsmr-bridge/src/telegram-json.ts';
import { type Found, TelegramSplitter } from '../apps/dsmr-bridge/src/telegrams.ts';
import { corpusPorts, simulatedPort } from './telegrams.ts';

const SEED = 20_260_131;
const TELEGRAMS = 10_000_000;
const BATCH = 10_000;
/** As JSON, which looks at each object, but is slow. */
const ONE_IN_AS_JSON = 50;
const MOST_HEAP_MB = 256;
/** Of the processor: what else runs on the machine is not to count. */
const SLOWEST_BATCH_MS = 10_000;

const keys = keysOf('0123456789ABCDEF0123456789ABCDEF', undefined);
const clock = meterClock('Europe/Amsterdam');

/**
 * Damages telegrams in all the ways that lines do, and then some, and reads what becomes of them. It throws when
 * the reader does, when a telegram is taken whose CRC does not fit its bytes, or when memory or time have no bound.
 */
export function fuzz() {
  const random = seededRandom(SEED);
  const stream = new FuzzedStream(telegramsToDamage(), random);
  const reader = new Reader(random);
  let mostHeapMB = 0;
  let slowestBatchMs = 0;
  for (let done = 0; done < TELEGRAMS; done += BATCH) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < BATCH; turn++) reader.push(stream.next());
    slowestBatchMs = Math.max(slowestBatchMs, process.cpuUsage(before).user / 1000);
    mostHeapMB = Math.max(mostHeapMB, process.memoryUsage().heapUsed / 1e6);
    if (mostHeapMB > MOST_HEAP_MB) throw new Error(`memory grows: ${mostHeapMB} MB`);
    if (slowestBatchMs > SLOWEST_BATCH_MS) throw new Error(`${BATCH} telegrams took ${slowestBatchMs} ms`);
    if ((done + BATCH) % 1_000_000 === 0)
      console.log(`${(done + BATCH) / 1e6} million telegrams, ${reader.accepted} accepted`);
  }
  const seconds = process.cpuUsage().user / 1e6;
  const { accepted, rejected } = reader;
  return {
    telegrams: TELEGRAMS,
    accepted,
    rejected: Object.fromEntries(rejected),
    seconds,
    mostHeapMB,
    slowestBatchMs,
  };
}

function telegramsToDamage(): readonly Uint8Array[] {
  const plain = [
    ...(['5.0', '4.2', '2.2'] as const).flatMap((version) => simulatedPort(version, 20)),
    ...corpusPorts(1).flat(),
  ];
  return [...plain, ...plain.slice(0, 20).map((telegram, at) => sealTelegram(telegram, keys, at))];
}

/** Feeds the reader in chunks of any size, and checks what it takes. */
class Reader {
  accepted = 0;
  readonly rejected = new Map<string, number>();
  readonly #random: () => number;
  readonly #splitter = new TelegramSplitter({
    crc: 'if-present',
    tag: 'warn',
    keys,
    maxTelegramBytes: 16_384,
  });
  readonly #reader = new PortReader({ id: 'main', clock, extra: 'all' });

  constructor(random: () => number) {
    this.#random = random;
  }

  push(bytes: Uint8Array): void {
    const size = 1 + Math.floor(this.#random() ** 4 * 2_000);
    for (let at = 0; at < bytes.length; at += size)
      for (const found of this.#splitter.push(bytes.subarray(at, at + size))) this.#take(found);
    if (this.#random() < 0.01) for (const found of this.#splitter.end()) this.#take(found);
  }

  #take(found: Found): void {
    if (found.error !== null) {
      this.rejected.set(found.error, (this.rejected.get(found.error) ?? 0) + 1);
      return;
    }
    const { frame, seal } = found;
    if (seal?.tagValid !== true && frame.crcText !== null) expectRightCrc(frame.bytes);
    if (seal && seal.tagValid !== true && frame.crcText === null)
      throw new Error('nothing vouches for a telegram');
    this.#reader.read(frame, 0);
    if (this.accepted++ % ONE_IN_AS_JSON === 0) JSON.parse(telegramJson(decodeTelegram(frame, clock), seal));
  }
}

type Damage = (bytes: Uint8Array, random: () => number, pool: readonly Uint8Array[]) => Uint8Array;

const pick = (random: () => number, below: number): number => Math.floor(random() * below);
const SIGNS = latin1Bytes('/!()*.-:019kWmSW\r\n\0ABC\xdb\x08\x30\xff');

const damages: readonly Damage[] = [
  (bytes) => bytes,
  // One bit, or a few bytes.
  (bytes, random) => {
    const damaged = bytes.slice();
    damaged[pick(random, damaged.length)]! ^= 1 << pick(random, 8);
    return damaged;
  },
  (bytes, random) => {
    const damaged = bytes.slice();
    for (let count = pick(random, 8); count >= 0; count--)
      damaged[pick(random, damaged.length)] = SIGNS[pick(random, SIGNS.length)]!;
    return damaged;
  },
  // Cut short, and with a piece missing.
  (bytes, random) => bytes.subarray(0, pick(random, bytes.length)),
  (bytes, random) => bytes.subarray(pick(random, bytes.length)),
  (bytes, random) => {
    const from = pick(random, bytes.length);
    return joinedOf(bytes.subarray(0, from), bytes.subarray(from + pick(random, 60)));
  },
  // With something put in, sent twice, or joined with another in the middle.
  (bytes, random) => {
    const at = pick(random, bytes.length);
    const noise = Uint8Array.from({ length: pick(random, 40) }, () => SIGNS[pick(random, SIGNS.length)]!);
    return joinedOf(bytes.subarray(0, at), noise, bytes.subarray(at));
  },
  (bytes, random) => {
    const from = pick(random, bytes.length);
    const to = from + pick(random, bytes.length - from);
    return joinedOf(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, random, pool) => {
    const other = pool[pick(random, pool.length)]!;
    return joinedOf(
      bytes.subarray(0, pick(random, bytes.length)),
      other.subarray(pick(random, other.length)),
    );
  },
  // Damaged, but with a CRC that says otherwise: the decoder has to cope.
  (bytes, random) => {
    const damaged = bytes.slice();
    for (let count = pick(random, 6); count >= 0; count--)
      damaged[pick(random, damaged.length)] = SIGNS[pick(random, SIGNS.length)]!;
    return withRightCrc(damaged);
  },
  // Without CR, as some gateways pass telegrams on.
  (bytes) => bytes.filter((byte) => byte !== 0x0d),
  (_bytes, random) => Uint8Array.from({ length: pick(random, 200) }, () => pick(random, 256)),
];

class FuzzedStream {
  readonly #pool: readonly Uint8Array[];
  readonly #random: () => number;

  constructor(pool: readonly Uint8Array[], random: () => number) {
    this.#pool = pool;
    this.#random = random;
  }

  next(): Uint8Array {
    const telegram = this.#pool[pick(this.#random, this.#pool.length)]!;
    return damages[pick(this.#random, damages.length)]!(telegram, this.#random, this.#pool);
  }
}

function joinedOf(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

// What the reader is judged by is written apart from what it does: CRC-16/ARC, a nibble at a time.
const NIBBLES = [
  0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000,
  0x9c01, 0x8801, 0x4400,
];

function crcOf(bytes: Uint8Array, end: number, restoresCr: boolean): number {
  let crc = 0;
  const add = (byte: number): void => {
    crc = (crc >>> 4) ^ NIBBLES[(crc ^ byte) & 15]!;
    crc = (crc >>> 4) ^ NIBBLES[(crc ^ (byte >>> 4)) & 15]!;
  };
  for (let at = 0; at < end; at++) {
    if (restoresCr && bytes[at] === 0x0a && bytes[at - 1] !== 0x0d) add(0x0d);
    add(bytes[at]!);
  }
  return crc;
}

function expectRightCrc(bytes: Uint8Array): void {
  const end = bytes.lastIndexOf(0x21) + 1;
  const printed = Number.parseInt(Buffer.from(bytes.subarray(end, end + 4)).toString('latin1'), 16);
  if (crcOf(bytes, end, false) === printed || crcOf(bytes, end, true) === printed) return;
  throw new Error(`a telegram with a wrong CRC was taken: ${Buffer.from(bytes).toString('hex')}`);
}

function withRightCrc(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x21) + 1;
  const crc = crcOf(bytes, end, false).toString(16).padStart(4, '0');
  return joinedOf(bytes.subarray(0, end), latin1Bytes(`${crc}\r\n`));
}
