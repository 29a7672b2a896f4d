import { bytesOf, encodeBcd } from '@meterbridge/core/codec';
import * as z from 'zod';
import { DATA_LENGTHS } from '../protocol/coding.ts';
import { manufacturerCode } from '../protocol/header.ts';
import { addressOfBytes } from '../protocol/secondary-address.ts';
import { encryptedData, plainData } from './encrypt.ts';
import { Slave } from './slave.ts';

const hex = z.string().regex(/^([0-9A-Fa-f]{2})+$/, 'must be bytes as hexadecimal text');

const record = z.strictObject({
  /** DIF and DIFEs. */
  dif: hex,
  /** VIF and VIFEs. */
  vif: hex,
  /** The number on the wire, before the VIF scales it. */
  value: z.int(),
  /** What is added to it at each readout. */
  step: z.int().default(0),
});

const meter = z.strictObject({
  id: z.string().regex(/^[0-9A-Fa-f]{8}$/, 'must be eight digits'),
  manufacturer: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  version: z.int().min(0).max(255).default(1),
  medium: z.int().min(0).max(254),
  address: z.int().min(0).max(250).default(0),
  baud: z.int().default(2400),
  /** AES-128 key: the meter encrypts what it tells (mode 5). */
  key: z
    .string()
    .regex(/^[0-9A-Fa-f]{32}$/, 'must be 32 hexadecimal digits')
    .exactOptional(),
  /** Telegrams of one readout, each with its records. */
  telegrams: z.array(z.array(record)).min(1),
});

/** A line of meters, as a YAML file describes it. */
export const lineDescription = z.strictObject({ meters: z.array(meter).min(1) });

type SimulatedRecord = z.output<typeof record>;

/** Meters whose values move as they are described to. */
export function slavesOfDescription({ meters }: z.output<typeof lineDescription>): readonly Slave[] {
  return meters.map((one) => {
    const address = secondaryAddress(one);
    let answers = 0;
    const telegrams = (accessNumber: number) => {
      const turn = Math.floor(answers++ / one.telegrams.length);
      return one.telegrams.map((records, at) => {
        const isLast = at === one.telegrams.length - 1;
        const body = records.flatMap((item) => [...recordBytes(item, turn)]);
        const plain = {
          address,
          accessNumber,
          body: Uint8Array.of(...body, ...(isLast ? [] : [0x1f])),
        };
        return { ci: 0x72, data: one.key ? encryptedData(plain, bytesOf(one.key)) : plainData(plain) };
      });
    };
    return new Slave(one.address, { address: addressOfBytes(address), telegrams }, one.baud);
  });
}

function secondaryAddress({ id, manufacturer, version, medium }: z.output<typeof meter>): Uint8Array {
  const code = manufacturerCode(manufacturer);
  return Uint8Array.of(...bytesOf(id).reverse(), code & 0xff, code >> 8, version, medium);
}

function recordBytes({ dif, vif, value, step }: SimulatedRecord, turn: number): Uint8Array {
  const dib = bytesOf(dif);
  const coding = dib[0]! & 0x0f;
  const length = DATA_LENGTHS[coding] ?? 0;
  const number = value + step * turn;
  const data = coding >= 9 ? encodeBcd(number, length) : integerBytes(number, length);
  return Uint8Array.of(...dib, ...bytesOf(vif), ...data);
}

function integerBytes(number: number, length: number): Uint8Array {
  const value = BigInt.asUintN(8 * length, BigInt(number));
  return Uint8Array.from({ length }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
}
