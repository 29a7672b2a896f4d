import { BridgeError } from '@meterbridge/core/errors';
import protobuf from 'protobufjs/light.js';
import descriptor from './messages.json' with { type: 'json' };
import type { Messages } from './messages.ts';
import { type RawMessage, rawOf, rawOfParts } from './raw-message.ts';

export type MessageName = keyof Messages;

/** A decoded message. */
export interface Decoded<Name extends MessageName> {
  readonly name: Name;
  /** Absent fields have their default: 0, "" or an empty list (proto3). */
  readonly fields: Messages[Name];
  /** Present fields by number, independent of anybody's names. */
  readonly raw: RawMessage;
  /** Numbers of fields that are not known, or not with the wire type that they came with; ascending. */
  readonly unknown: readonly number[];
}

const root = protobuf.Root.fromJSON({ nested: descriptor.nested }).resolveAll();

/**
 * Decodes a payload as one of several layouts: the one that leaves the fewest fields unknown; the first of equals.
 * @throws BridgeError frame/malformed
 */
export function decodeAs<Name extends MessageName>(
  names: readonly Name[],
  payload: Uint8Array,
): Decoded<Name> {
  const tried = names.map((name) => {
    const message = parse(name, payload);
    return { name, message, unknown: countUnknown(message) };
  });
  const { name, message } = tried.reduce((best, one) => (one.unknown < best.unknown ? one : best));
  return decoded(name, message);
}

/** @throws BridgeError frame/malformed */
export function decodeMessage<Name extends MessageName>(name: Name, payload: Uint8Array): Decoded<Name> {
  return decoded(name, parse(name, payload));
}

/** What is written of a message; absent fields and those that hold their default (proto3) are left out. */
export type Fields<Name extends MessageName> = Partial<Messages[Name]>;

export function encodeMessage<Name extends MessageName>(name: Name, fields: Fields<Name>): Uint8Array {
  return typeOf(name).encode(withoutDefaults(fields)).finish();
}

/** Fields of a message of which nothing is known, as far as their wire types tell them. @throws BridgeError frame/malformed */
export function rawMessage(payload: Uint8Array): RawMessage {
  return rawOfParts(partsOf(parseAs(ANY, payload)));
}

const ANY = new protobuf.Type('Any');

function typeOf(name: MessageName): protobuf.Type {
  return root.lookupType(name);
}

function parse(name: MessageName, payload: Uint8Array): protobuf.Message {
  return parseAs(typeOf(name), payload);
}

function parseAs(type: protobuf.Type, payload: Uint8Array): protobuf.Message {
  const reader = protobuf.Reader.create(payload);
  reader.discardUnknown = false;
  try {
    return type.decode(reader);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError('frame/malformed', `this is no ${type.name} message: ${reason}`, { cause });
  }
}

function decoded<Name extends MessageName>(name: Name, message: protobuf.Message): Decoded<Name> {
  const { $type: type } = message;
  const fields: Messages[Name] = Object(
    type.toObject(message, { longs: Number, defaults: true, arrays: true }),
  );
  return {
    name,
    fields,
    // Only whoever looks at captures wants these.
    get raw() {
      return rawOf(type, message);
    },
    get unknown() {
      return unknownOf(message);
    },
  };
}

/** Fields of a message and of those in it that are not known. */
function countUnknown(message: object): number {
  let count = unknownOf(message).length;
  for (const value of Object.values(message).flat()) {
    if (value instanceof protobuf.Message) count += countUnknown(value);
  }
  return count;
}

function unknownOf(message: object): readonly number[] {
  const numbers = partsOf(message).map((part) => protobuf.Reader.create(part).tag() >>> 3);
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** Fields that are not known, each with its tag. */
function partsOf({ $unknowns: parts }: { readonly $unknowns?: unknown }): readonly Uint8Array[] {
  return Array.isArray(parts) ? parts : [];
}

function withoutDefaults(fields: object): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([, value]) => value !== 0 && value !== '' && value !== null);
  return Object.fromEntries(
    kept.map(([key, value]) => [key, Array.isArray(value) ? value.map(itemOf) : itemOf(value)]),
  );
}

function itemOf(value: unknown): unknown {
  const isMessage = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  return isMessage ? withoutDefaults(value) : value;
}
