import { latin1 } from '@meterbridge/core/codec';
import type { P1Frame } from '@meterbridge/core/frames';
import { type Instant, isInstant } from '@meterbridge/core/model';
import { LF, OPEN } from './brackets.ts';
import { readContent } from './content.ts';
import { entryOf, findObis, type ObisEntry } from './obis.ts';
import type { P1Object } from './object.ts';
import type { MeterClock } from './timestamp.ts';
import { type Quantity, readQuantity } from './value.ts';

const CR = 0x0d;

/** One telegram with its object lines decoded, in the order they were sent. */
export interface Telegram {
  readonly frame: P1Frame;
  readonly objects: readonly P1Object[];
  /** Lines that are no objects. They never make the telegram invalid. */
  readonly unparsed: readonly string[];
}

/**
 * Decodes every line of a telegram; one table for all countries and versions. Never throws.
 * @param previous of the same meter and clock: the order of its objects is tried first, as it hardly ever changes; an
 *   object whose line is the same as before, byte by byte, is not decoded again
 */
export function decodeTelegram(frame: P1Frame, clock: MeterClock, previous?: Telegram): Telegram {
  const { bytes, bodyEnd } = frame;
  const objects: P1Object[] = [];
  const unparsed: string[] = [];
  for (let from = frame.bodyStart; from < bodyEnd; ) {
    const before = previous?.objects[objects.length];
    const object =
      before && isRepeated(previous!.frame.bytes, before, bytes, from)
        ? before
        : readObject(bytes, from, bodyEnd, before?.entry ?? null, clock);
    const next = object ? nextLine(bytes, object.to, bodyEnd) : -1;
    if (object && next >= 0) {
      objects.push(object);
      from = next;
    } else from = readOther(bytes, from, bodyEnd, objects, unparsed);
  }
  return { frame, objects, unparsed };
}

/** Does a line begin at `from` that is the same as that of an object of the telegram before, at the same place? */
function isRepeated(
  then: Uint8Array,
  { entry, from: groups, to }: P1Object,
  now: Uint8Array,
  from: number,
): boolean {
  if (entry === null || groups !== from + entry.sent.length - 1) return false;
  // From its end: digits that change are there rather than in the code.
  for (let at = to; at >= from; at--) if (then[at] !== now[at]) return false;
  return true;
}

/** Offset of the next line if one ends at `at`, else -1. */
function nextLine(bytes: Uint8Array, at: number, limit: number): number {
  const lineEnd = bytes[at] === CR ? at + 1 : at;
  if (lineEnd >= limit) return limit;
  return bytes[lineEnd] === LF ? lineEnd + 1 : -1;
}

/** Reads a line that is no object; where the next one begins. */
function readOther(
  bytes: Uint8Array,
  from: number,
  limit: number,
  objects: P1Object[],
  unparsed: string[],
): number {
  let lineEnd = from;
  while (lineEnd < limit && bytes[lineEnd] !== LF) lineEnd++;
  const to = lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  if (to > from && !continueProfile(bytes, from, to, objects)) unparsed.push(latin1(bytes, from, to));
  return lineEnd + 1;
}

/** Reads a code and the bracket groups behind it. */
function readObject(
  bytes: Uint8Array,
  from: number,
  limit: number,
  likely: ObisEntry | null,
  clock: MeterClock,
): P1Object | null {
  if (likely === null || !startsWith(bytes, from, likely.sent))
    return readAnyObject(bytes, from, limit, clock);
  return readGroups(bytes, from + likely.sent.length - 1, limit, likely.code, likely, clock);
}

/** `A-B:C.D.E`, perhaps `.F` or `*F`, then bracket groups. */
function readAnyObject(bytes: Uint8Array, from: number, limit: number, clock: MeterClock): P1Object | null {
  position = from;
  const a = valueGroup(bytes, 0x2d);
  const b = a < 0 ? -1 : valueGroup(bytes, 0x3a);
  const c = b < 0 ? -1 : valueGroup(bytes, 0x2e);
  const d = c < 0 ? -1 : valueGroup(bytes, 0x2e);
  const e = d < 0 ? -1 : valueGroup(bytes, OPEN);
  if (e < 0) return null;
  const entry = findObis(a, b, c, d, e);
  return readGroups(bytes, position - 1, limit, entry?.code ?? `${a}-${b}:${c}.${d}.${e}`, entry, clock);
}

function startsWith(bytes: Uint8Array, from: number, prefix: Uint8Array): boolean {
  for (let at = 0; at < prefix.length; at++) if (bytes[from + at] !== prefix[at]) return false;
  return true;
}

function readGroups(
  bytes: Uint8Array,
  from: number,
  limit: number,
  obis: string,
  entry: ObisEntry | null,
  clock: MeterClock,
): P1Object | null {
  const object = { obis, entry, value: null, unit: null, details: undefined, from, to: from };
  object.to = readContent(bytes, from, limit, entry, clock, object);
  return object.to < 0 ? null : object;
}

/** Where `valueGroup` reads: kept outside so that the five calls a line takes allocate nothing. */
let position = 0;

/**
 * The value group at `position`, 0 to 255, and the `end` sign behind it; -1 if it is anything else. Behind the fifth,
 * group F is passed over: old documents write `.255` there, EasyMeter writes `*255`, and it means nothing here.
 */
function valueGroup(bytes: Uint8Array, end: number): number {
  const first = position;
  let value = 0;
  for (let digit = bytes[position]! - 0x30; digit >= 0 && digit <= 9; digit = bytes[++position]! - 0x30) {
    value = value * 10 + digit;
  }
  if (position === first || position > first + 3 || value > 255) return -1;
  if (end === OPEN && (bytes[position] === 0x2e || bytes[position] === 0x2a)) {
    const from = ++position;
    while (bytes[position]! >= 0x30 && bytes[position]! <= 0x39) position++;
    if (position === from || position > from + 3) return -1;
  }
  return bytes[position++] === end ? value : -1;
}

/** DSMR 2.2 and 3.0: the value of a gas reading stands alone on the line after it. False if that is not the case here. */
function continueProfile(bytes: Uint8Array, from: number, to: number, objects: P1Object[]): boolean {
  const head = objects.at(-1);
  if (head?.entry?.kind !== 'profile' || head.value !== null) return false;
  const quantity: Quantity = { value: null, unit: null };
  if (readQuantity(bytes, from, to, null, quantity) !== to || quantity.unit !== null) return false;
  objects[objects.length - 1] = { ...head, value: quantity.value, to };
  return true;
}

const TIME = ['0-0:1.0.0', '0-0:1.1.0'].map(entryOf);
const VERSION = ['1-3:0.2.8'].map(entryOf);
const BELGIAN_VERSION = ['0-0:96.1.4'].map(entryOf);
/** Codes that may hold the serial number of the meter, best first. */
const EQUIPMENT = ['0-0:96.1.1', '0-0:42.0.0', '0-0:96.1.0', '0-0:96.1.255', '1-0:0.0.0', '0-0:0.0.0'].map(
  entryOf,
);

/** The object of the first code that is there: the last one, should the meter send it twice. */
function findObject({ objects }: Telegram, entries: readonly ObisEntry[]): P1Object | null {
  for (const entry of entries) {
    for (let at = objects.length - 1; at >= 0; at--) if (objects[at]!.entry === entry) return objects[at]!;
  }
  return null;
}

/** Telegram time, or null if the meter sends none or its clock is not set. */
export function telegramTime(telegram: Telegram): Instant | null {
  const value = findObject(telegram, TIME)?.value;
  return isInstant(value) ? value : null;
}

/** `5.0`, `4.2` …, Belgian `5.0.2` (the last two of its five digits are the e-MUCS version); else null. */
export function telegramVersion(telegram: Telegram): string | null {
  const version = findObject(telegram, VERSION)?.value;
  if (typeof version === 'string') return [...version].join('.');
  const belgian = findObject(telegram, BELGIAN_VERSION)?.value;
  return typeof belgian === 'string' && /^[45]\d{4}$/.test(belgian)
    ? [...belgian.slice(0, 3)].join('.')
    : null;
}

/** The object that holds the serial number of the meter, or null. */
export function equipmentObject(telegram: Telegram): P1Object | null {
  return findObject(telegram, EQUIPMENT);
}

export interface HeaderParts {
  /** Three letters of the maker. */
  readonly manufacturer: string;
  /** Fourth character: the baud rate of IEC 62056-21, of no meaning on a P1 port. */
  readonly baudId: string;
  readonly identification: string;
}

export function headerParts(frame: P1Frame): HeaderParts {
  const { header } = frame;
  return { manufacturer: header.slice(0, 3), baudId: header.slice(3, 4), identification: header.slice(4) };
}
