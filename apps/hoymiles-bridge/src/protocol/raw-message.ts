import { hexOf, latin1 } from '@meterbridge/core/codec';
import protobuf from 'protobufjs/light.js';

/** Present fields by number. */
export interface RawMessage {
  readonly [number: string]: RawValue;
}
export type RawValue = string | number | RawMessage | { readonly hex: string } | readonly RawValue[];

export function rawOf(type: protobuf.Type, message: object): RawMessage {
  const present = new Map(Object.entries(message));
  return Object.fromEntries(
    type.fieldsArray.flatMap((field) => {
      const value: unknown = present.get(field.name);
      if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
      return [
        [field.id, Array.isArray(value) ? value.map((one) => rawValue(field, one)) : rawValue(field, value)],
      ];
    }),
  );
}

/** Of fields that are not known, each with its tag: a message in them cannot be told from other bytes. */
export function rawOfParts(parts: readonly Uint8Array[]): RawMessage {
  const read = parts.map((part) => {
    const reader = protobuf.Reader.create(part);
    const tag = reader.tag();
    return { number: tag >>> 3, value: toldValue(reader, tag & 7) };
  });
  const groups = Map.groupBy(read, ({ number }) => number);
  return Object.fromEntries(
    Array.from(groups, ([number, [first, ...others]]) => [
      number,
      others.length === 0 ? first!.value : [first!, ...others].map(({ value }) => value),
    ]),
  );
}

function toldValue(reader: protobuf.Reader, wireType: number): RawValue {
  if (wireType === 0) return Number(reader.int64());
  if (wireType === 1) return Number(reader.fixed64());
  if (wireType === 5) return reader.fixed32();
  return textOrHex(wireType === 2 ? reader.bytes() : reader.buf.subarray(reader.pos));
}

function rawValue({ resolvedType }: protobuf.Field, value: unknown): RawValue {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return textOrHex(value);
  return resolvedType instanceof protobuf.Type ? rawOf(resolvedType, Object(value)) : Number(value);
}

function textOrHex(bytes: Uint8Array): RawValue {
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? latin1(bytes) : { hex: hexOf(bytes) };
}
