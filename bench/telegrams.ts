import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { latin1, latin1Bytes, seededRandom } from '@meterbridge/core/codec';
import { decodeP1, encodeP1, FrameSplitter, p1Scanner } from '@meterbridge/core/frames';
import { House } from '../apps/dsmr-bridge/src/simulator/house.ts';
import {
  gasTime,
  type SimulatedVersion,
  simulateTelegram,
} from '../apps/dsmr-bridge/src/simulator/telegram.ts';
import { conformancePath } from '../packages/testing/src/conformance.ts';

/** What one meter sends: telegrams that follow each other, no two the same. */
export type Port = readonly Uint8Array[];

/** A house of the simulator, every minute of its day. */
export function simulatedPort(version: SimulatedVersion, count: number): Port {
  const house = new House(seededRandom(1));
  let gas = { localMs: 0, litres: 0 };
  return Array.from({ length: count }, (_, minute) => {
    const state = house.at(Date.UTC(2026, 0, 5) + 61_000 * minute);
    const gasMs = gasTime(version, state.localMs);
    if (gasMs !== gas.localMs) gas = { localMs: gasMs, litres: state.gasLitres };
    return simulateTelegram(version, state, gas);
  });
}

/** The meters of the conformance corpus, if it is there; each telegram is sent on with other digits in its values. */
export function corpusPorts(perMeter: number): readonly Port[] {
  const folder = conformancePath('dsmr');
  if (folder === null) return [];
  const random = seededRandom(2);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => new FrameSplitter(p1Scanner('require'), 16_384).push(readFileSync(join(folder, file))))
    .filter(({ error }) => error === null)
    .map(({ bytes }) => Array.from({ length: perMeter }, () => varied(bytes, random)));
}

/** The same telegram with other digits in each value that has a unit, and with the CRC that belongs to them. */
function varied(telegram: Uint8Array, random: () => number): Uint8Array {
  const { header, bodyStart, bodyEnd } = decodeP1(telegram);
  const body = latin1(telegram, bodyStart, bodyEnd).replace(/\(([\d.]+)\*/g, (value) =>
    value.replace(/\d/g, () => String(Math.floor(10 * random()))),
  );
  return encodeP1(header, body.trim().split(/\r?\n/));
}

export function joined(port: Port): Uint8Array {
  const bytes = new Uint8Array(port.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const telegram of port) {
    bytes.set(telegram, at);
    at += telegram.length;
  }
  return bytes;
}

const SINGLE_BYTES = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

/** Chunks are cut before the clock runs, as cutting them is not what is measured. */
export function chunksOf(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  if (size === 1) return Array.from(bytes, (byte) => SINGLE_BYTES[byte]!);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
}

/** What no meter sends, but a line may carry. */
export function garbage(length: number): Readonly<Record<string, Uint8Array>> {
  const random = seededRandom(3);
  const repeated = (text: string): Uint8Array =>
    latin1Bytes(text.repeat(Math.ceil(length / text.length)).slice(0, length));
  return {
    'random bytes': Uint8Array.from({ length }, () => 256 * random()),
    'only "/"': repeated('/'),
    'only "!"': repeated('!'),
    'only header lines': repeated('/ISK5\\2M550T-1012\r\n'),
    'only starts': repeated('/ABC'),
    'headers with a bracket': repeated('/ABC5\r\n('),
    'only line feeds': repeated('\n'),
    'a line without end': latin1Bytes(`/ABC5\r\n0-0:96.13.0(${'A'.repeat(length - 19)}`),
  };
}
