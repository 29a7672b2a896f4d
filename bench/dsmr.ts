import { createDecipheriv, createSecretKey } from 'node:crypto';
import { CRC16, crc16, latin1 } from '@meterbridge/core/codec';
import { decodeP1, FrameSplitter, p1Scanner } from '@meterbridge/core/frames';
import dsmrParser from 'dsmr-parser';
import { keysOf } from '../apps/dsmr-bridge/src/encryption.ts';
import { meterClock } from '../apps/dsmr-bridge/src/protocol/timestamp.ts';
import { PortReader } from '../apps/dsmr-bridge/src/reader.ts';
import { sealTelegram } from '../apps/dsmr-bridge/src/simulator/seal.ts';
import { TelegramSplitter } from '../apps/dsmr-bridge/src/telegrams.ts';
import type { Contender, Contest } from './measure.ts';
import { bytesPerUnit, sumOfBytes } from './reference.ts';
import { chunksOf, corpusPorts, garbage, joined, type Port, simulatedPort } from './telegrams.ts';

const TELEGRAMS = 300;
const LIMIT = 16_384;
const clock = meterClock('Europe/Amsterdam');

/** Raw bytes of P1 ports to readings, against the npm package that does most of the same. */
export function dsmr(): readonly Contest[] {
  const simulated = [simulatedPort('5.0', TELEGRAMS), simulatedPort('4.2', TELEGRAMS)];
  const corpus = corpusPorts(10).filter((port) => port.every(isTakenByPeer));
  return [
    againstPeer('simulated meters of DSMR 5.0 and 4.2', simulated),
    ...(corpus.length > 0 ? [againstPeer(`${corpus.length} meters of the conformance corpus`, corpus)] : []),
    againstBytes(simulated[0]!),
    againstTelegrams(simulated[0]!),
    againstCipher(simulated[0]!),
  ];
}

/** What the encryption of a port costs, beside the cipher alone. */
function againstCipher(port: Port): Contest {
  const keys = keysOf('000102030405060708090A0B0C0D0E0F', undefined);
  const sealed = port.map((telegram, at) => sealTelegram(telegram, keys, at));
  const read = (telegrams: Port) => (): void => {
    const options = { crc: 'if-present', maxTelegramBytes: LIMIT, keys, tag: 'verify' } as const;
    const splitter = new TelegramSplitter(options);
    const reader = new PortReader({ id: 'main', clock });
    let found = 0;
    for (const telegram of telegrams)
      for (const one of splitter.push(telegram))
        if (one.error === null && reader.read(one.frame, 0).length > 0) found++;
    if (found !== telegrams.length) throw new Error(`${found} readings instead of ${telegrams.length}`);
  };
  return {
    title: 'Encrypted telegrams to readings',
    unit: 'telegrams',
    bytesPerUnit: bytesPerUnit(port),
    contenders: [
      { name: 'AES-128-GCM of as many bytes', work: port.length, run: () => decipherAll(port, keys.key) },
      { name: 'encrypted telegrams', work: port.length, run: read(sealed) },
      { name: 'the same in the clear', work: port.length, run: read(port) },
    ],
  };
}

function decipherAll(port: Port, keyBytes: Uint8Array): void {
  const key = createSecretKey(keyBytes);
  const iv = new Uint8Array(12);
  for (const telegram of port)
    expectAbove(0, createDecipheriv('aes-128-gcm', key, iv, { authTagLength: 12 }).update(telegram).length);
}

function againstPeer(title: string, ports: readonly Port[]): Contest {
  const telegrams = ports.flat();
  const texts = telegrams.map((bytes) => Buffer.from(bytes));
  const peer: Contender = {
    name: 'dsmr-parser 2.1.1, whole telegrams',
    work: telegrams.length,
    run() {
      for (const text of texts) dsmrParser.parse(text.toString('latin1'));
    },
  };
  const ours = ([name, size]: readonly [string, number]) => {
    const chunks = ports.map((port) => (size === 0 ? port : chunksOf(joined(port), size)));
    return { name, work: telegrams.length, run: () => expectReadings(chunks, telegrams.length) };
  };
  const sizes = [
    ['whole telegrams', 0],
    ['chunks of 8840 bytes', 8840],
    ['chunks of 64 bytes', 64],
    ['single bytes', 1],
  ] as const;
  return {
    title: `P1 bytes to readings: ${title}`,
    unit: 'telegrams',
    bytesPerUnit: bytesPerUnit(telegrams),
    contenders: [peer, ...sizes.map(ours), sumOfBytes(telegrams)],
  };
}

/** What the machine can do with bytes at best. */
function againstBytes(port: Port): Contest {
  const bytes = joined(port);
  const contender = (name: string, run: () => void): Contender => ({ name, run, work: bytes.length / 1e6 });
  return {
    title: 'The physical reference',
    unit: 'MB',
    contenders: [
      sumOfBytes(port, bytes.length / 1e6),
      contender('the CRC of each telegram', () => {
        for (const telegram of port) expectAbove(0, crc16(telegram, CRC16.arc));
      }),
      contender('telegrams found and checked', () => {
        const splitter = new FrameSplitter(p1Scanner('if-present'), LIMIT);
        for (const telegram of port) expectAbove(0, splitter.push(telegram).length);
      }),
      contender('bytes to readings', () => expectReadings([port], port.length)),
    ],
  };
}

/** Garbage must cost no more than telegrams do. */
function againstTelegrams(port: Port): Contest {
  const bytes = joined(port);
  const work = bytes.length / 1e6;
  const telegrams = chunksOf(bytes, 64);
  const noises = Object.entries(garbage(bytes.length)).map(([name, noise]): Contender => {
    const chunks = chunksOf(noise, 64);
    return { name, work, run: () => expectReadings([chunks], 0) };
  });
  const good = { name: 'telegrams', work, run: () => expectReadings([telegrams], port.length) };
  return { title: 'Garbage per byte, in chunks of 64', unit: 'MB', contenders: [good, ...noises] };
}

/** The whole path of a port: split, check, decode, read. */
function expectReadings(ports: readonly (readonly Uint8Array[])[], expected: number): void {
  let found = 0;
  for (const chunks of ports) {
    const splitter = new FrameSplitter(p1Scanner('if-present'), LIMIT);
    const reader = new PortReader({ id: 'main', clock });
    // By index: over hundreds of thousands of single bytes, an iterator would cost as much as what is measured.
    for (let at = 0; at < chunks.length; at++) {
      const pieces = splitter.push(chunks[at]!);
      for (let nth = 0; nth < pieces.length; nth++) {
        const { error, bytes } = pieces[nth]!;
        if (error === null && reader.read(decodeP1(bytes), 0).length > 0) found++;
      }
    }
  }
  if (found !== expected) throw new Error(`${found} readings instead of ${expected}`);
}

function expectAbove(least: number, value: number): void {
  if (value <= least) throw new Error(`${value} is not above ${least}`);
}

function isTakenByPeer(telegram: Uint8Array): boolean {
  try {
    return dsmrParser.parse(latin1(telegram)).objects !== undefined;
  } catch {
    return false;
  }
}
