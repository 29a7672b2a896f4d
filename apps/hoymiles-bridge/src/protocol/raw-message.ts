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

function rawValue({ resolvedType }: protobuf.Field, value: unknown): RawValue {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return isAscii(value) ? latin1(value) : { hex: hexOf(value) };
  return resolvedType instanceof protobuf.Type ? rawOf(resolvedType, Object(value)) : Number(value);
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
