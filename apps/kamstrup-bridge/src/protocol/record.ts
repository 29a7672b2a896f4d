import { Decimal, hexOf } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';

/** One register in an answer: id, unit, number of bytes, sign and exponent, mantissa (KMP description 5512-447, 4). */
export interface RegisterRecord extends RegisterFormat {
  /** Holds the mantissa from `at` on; see {@link mantissaOf}. */
  readonly data: Uint8Array;
  readonly at: number;
  /** With the decimals of the meter; null if the meter sent no byte of it. */
  readonly value: Decimal | null;
}

export interface RegisterFormat {
  readonly id: number;
  readonly unitCode: number;
  /** Bytes of the mantissa. */
  readonly nob: number;
  /** Bit 7: negative; bit 6: exponent negative; bits 5 to 0: exponent. */
  readonly siex: number;
}

/** Bytes of a record before its mantissa. */
export const FORMAT_LENGTH = 5;

const NEGATIVE = 0x80;
const EXPONENT_NEGATIVE = 0x40;
const EXPONENT = 0x3f;
/** 2^48 and all below it are exact as doubles. */
const SAFE_BYTES = 6;

/**
 * The registers of an answer, in its order.
 * @throws BridgeError frame/malformed if the last one is cut short
 */
export function decodeRecords(data: Uint8Array): readonly RegisterRecord[] {
  const records: RegisterRecord[] = [];
  for (let at = 0; at < data.length; ) {
    const format = decodeFormat(data, at);
    const record = decodeRecord(format, data, at + FORMAT_LENGTH);
    records.push(record);
    at += FORMAT_LENGTH + format.nob;
  }
  return records;
}

/** @throws BridgeError frame/malformed if it is cut short */
export function decodeFormat(data: Uint8Array, at: number): RegisterFormat {
  if (at + FORMAT_LENGTH > data.length) throw cutShort();
  return {
    id: (data[at]! << 8) | data[at + 1]!,
    unitCode: data[at + 2]!,
    nob: data[at + 3]!,
    siex: data[at + 4]!,
  };
}

/**
 * The value of a register whose mantissa begins at `at`.
 * @throws BridgeError frame/malformed if it is cut short
 */
export function decodeRecord(format: RegisterFormat, data: Uint8Array, at: number): RegisterRecord {
  const { id, unitCode, nob, siex } = format;
  if (at + nob > data.length) throw cutShort();
  return { id, unitCode, nob, siex, data, at, value: nob === 0 ? null : decodeNumber(data, at, nob, siex) };
}

/** The bytes of the mantissa, big-endian and unsigned: the sign is in `siex` alone. */
export function mantissaOf({ data, at, nob }: RegisterRecord): Uint8Array {
  return data.subarray(at, at + nob);
}

function decodeNumber(data: Uint8Array, at: number, nob: number, siex: number): Decimal {
  const exponent = siex & EXPONENT;
  const amount = unsigned(data, at, nob);
  // A zero has no sign, whatever its bit says.
  const signed = siex & NEGATIVE && amount !== 0 ? -amount : amount;
  return new Decimal(signed, siex & EXPONENT_NEGATIVE ? exponent : -exponent);
}

function unsigned(data: Uint8Array, from: number, nob: number): number | bigint {
  if (nob > SAFE_BYTES) {
    const exact = BigInt(`0x${hexOf(data.subarray(from, from + nob))}`);
    return exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
  }
  let amount = 0;
  for (let at = from; at < from + nob; at++) amount = amount * 256 + data[at]!;
  return amount;
}

function cutShort(): BridgeError {
  return new BridgeError('frame/malformed', 'a register record is cut short');
}
