import { latin1Bytes } from '@meterbridge/core/codec';
import { keysOf } from '../../apps/dsmr-bridge/src/encryption.ts';
import { decodeTelegram } from '../../apps/dsmr-bridge/src/protocol/telegram.ts';
import { meterClock } from '../../apps/dsmr-bridge/src/protocol/timestamp.ts';
import { PortReader } from '../../apps/dsmr-bridge/src/reader.ts';
import { sealTelegram } from '../../apps/dsmr-bridge/src/simulator/seal.ts';
import { telegramJson } from '../../apps/dsmr-bridge/src/telegram-json.ts';
import { type Found, TelegramSplitter } from '../../apps/dsmr-bridge/src/telegrams.ts';
import { corpusPorts, simulatedPort } from '../telegrams.ts';
import { crcReflected, wronglyTaken } from './checks.ts';
import { joined } from './damage.ts';
import type { Target } from './target.ts';

/** As JSON, which looks at each object, but is slow. */
const ONE_IN_AS_JSON = 50;
const LIMIT = 16_384;
const SEALED = 20;

const keys = keysOf('0123456789ABCDEF0123456789ABCDEF', undefined);
const clock = meterClock('Europe/Amsterdam');

/** Telegrams of the simulator and of the conformance corpus, encrypted ones too, down to readings and JSON. */
export function p1Target(): Target {
  const splitter = new TelegramSplitter({ crc: 'if-present', tag: 'warn', keys, maxTelegramBytes: LIMIT });
  const taker = new Taker();
  return {
    name: 'P1',
    isStream: true,
    pool: telegrams(),
    signs: latin1Bytes('/!()*.-:019kWmSW\r\n\0ABC\xdb\x08\x30\xff'),
    repaired: withRightCrc,
    push: (chunk) => splitter.push(chunk).map((found) => taker.take(found)),
    end: () => splitter.end().map((found) => taker.take(found)),
  };
}

function telegrams(): readonly Uint8Array[] {
  const plain = [
    ...(['5.0', '4.2', '2.2'] as const).flatMap((version) => simulatedPort(version, 20)),
    ...corpusPorts(1).flat(),
  ];
  return [...plain, ...plain.slice(0, SEALED).map((telegram, at) => sealTelegram(telegram, keys, at))];
}

class Taker {
  readonly #reader = new PortReader({ id: 'main', clock, extra: 'all' });
  #taken = 0;

  take(found: Found): string | null {
    if (found.error !== null) return found.error;
    const { frame, seal } = found;
    if (seal?.tagValid !== true && frame.crcText !== null) expectRightCrc(frame.bytes);
    if (seal && seal.tagValid !== true && frame.crcText === null)
      throw wronglyTaken('a telegram that nothing vouches for', frame.bytes);
    this.#reader.read(frame, 0);
    if (this.#taken++ % ONE_IN_AS_JSON === 0) JSON.parse(telegramJson(decodeTelegram(frame, clock), seal));
    return null;
  }
}

function expectRightCrc(bytes: Uint8Array): void {
  const end = bytes.lastIndexOf(0x21) + 1;
  const printed = Number.parseInt(Buffer.from(bytes.subarray(end, end + 4)).toString('latin1'), 16);
  const fits = (some: Iterable<number>): boolean => crcReflected(some, 0) === printed;
  const body = bytes.subarray(0, end);
  if (!fits(body) && !fits(withCr(body))) throw wronglyTaken('a telegram with a wrong CRC', bytes);
}

/** Some gateways take the CR away, over which the CRC went. */
function* withCr(bytes: Uint8Array): Generator<number> {
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0x0a && bytes[at - 1] !== 0x0d) yield 0x0d;
    yield byte;
  }
}

function withRightCrc(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x21) + 1;
  const crc = crcReflected(bytes.subarray(0, end), 0).toString(16).padStart(4, '0');
  return joined(bytes.subarray(0, end), latin1Bytes(`${crc}\r\n`));
}
