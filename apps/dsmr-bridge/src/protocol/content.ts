import { CLOSE, closeBracket, OPEN } from './brackets.ts';
import { BracketGroups } from './groups.ts';
import type { ObisEntry } from './obis.ts';
import type { Content, ListEntry } from './object.ts';
import { type MeterClock, parseTime } from './timestamp.ts';
import { parseMessage, parseOctets, parseText, readQuantity } from './value.ts';

/**
 * Reads the bracket groups at `from` and fills in what they tell.
 * @param limit where the telegram's lines end
 * @param content empty at first
 * @returns the offset behind the groups; -1 if they are not what the object may hold
 */
export function readContent(
  bytes: Uint8Array,
  from: number,
  limit: number,
  entry: ObisEntry | null,
  clock: MeterClock,
  content: Content,
): number {
  if (entry === null) return readList(bytes, from, limit, 'unknown', null, clock, content);
  switch (entry.kind) {
    case 'number':
    case 'integer':
      return readNumber(bytes, from, limit, entry.unit, content);
    case 'reading':
    case 'peak':
      return readTimed(bytes, from, limit, entry.unit, clock, content);
    case 'text':
    case 'octets':
    case 'message':
    case 'time':
    case 'state':
      return readText(bytes, from, limit, entry.kind, clock, content);
    default:
      return readList(bytes, from, limit, entry.kind, entry.unit, clock, content);
  }
}

/** A number that may be missing. */
function readNumber(
  bytes: Uint8Array,
  from: number,
  limit: number,
  unit: string | null,
  content: Content,
): number {
  return bytes[from + 1] === CLOSE ? from + 2 : readQuantity(bytes, from, limit, unit, content);
}

/** Time, then a number that may be missing. */
function readTimed(
  bytes: Uint8Array,
  from: number,
  limit: number,
  unit: string | null,
  clock: MeterClock,
  content: Content,
): number {
  const close = closeBracket(bytes, from + 1, limit);
  if (close < 0 || bytes[close + 1] !== OPEN) return -1;
  content.details = { timestamp: parseTime(bytes, from + 1, close, clock) };
  return readNumber(bytes, close + 1, limit, unit, content);
}

function readText(
  bytes: Uint8Array,
  from: number,
  limit: number,
  kind: 'text' | 'octets' | 'message' | 'time' | 'state',
  clock: MeterClock,
  content: Content,
): number {
  const close = closeBracket(bytes, from + 1, limit);
  if (close < 0) return -1;
  if (kind === 'octets') content.value = parseOctets(bytes, from + 1, close);
  else if (kind === 'message') content.value = parseMessage(bytes, from + 1, close);
  else if (kind === 'time') content.value = parseTime(bytes, from + 1, close, clock);
  else if (kind === 'text' || readQuantity(bytes, from, limit, null, content) < 0)
    content.value = parseText(bytes, from + 1, close);
  return close + 1;
}

type ListKind = 'pair' | 'failures' | 'peaks' | 'profile' | 'raw' | 'unknown';
type ParseList = (groups: BracketGroups, content: Content, unit: string | null, clock: MeterClock) => boolean;

function readList(
  bytes: Uint8Array,
  from: number,
  limit: number,
  kind: ListKind,
  unit: string | null,
  clock: MeterClock,
  content: Content,
): number {
  const groups = BracketGroups.at(bytes, from, limit);
  return groups && listParsers[kind](groups, content, unit, clock) ? groups.end : -1;
}

const listParsers: Readonly<Record<ListKind, ParseList>> = {
  raw: (groups, content) => {
    content.value = groups.texts();
    return true;
  },
  pair: (groups, content, unit) => {
    content.value = quantities(groups, 0, unit);
    return true;
  },
  profile: (groups, content, _unit, clock) => {
    if (groups.length < 6) return false;
    content.unit = groups.unit(5);
    content.details = {
      timestamp: groups.time(0, clock),
      status: groups.text(1),
      periodMinutes: groups.count(2),
    };
    return true;
  },
  failures: (groups, content, unit, clock) => {
    return fillList(groups, content, 2, (at) => {
      const duration = groups.quantity(at + 1, unit);
      return { timestamp: groups.time(at, clock), value: duration.value, unit: duration.unit };
    });
  },
  peaks: (groups, content, unit, clock) => {
    if (groups.count(0) === null && !groups.isEmpty(0)) return fillLastMonth(groups, content, clock);
    return fillList(groups, content, 3, (at) => {
      const times = { timestamp: groups.time(at, clock), occurred: groups.time(at + 1, clock) };
      return { ...times, ...groups.quantity(at + 2, unit) };
    });
  },
  unknown: (groups, content) => {
    if (groups.length > 1) content.value = groups.texts();
    else {
      const { value, unit } = groups.quantity(0, null);
      content.value = unit === null ? groups.text(0) || null : value;
      content.unit = unit;
    }
    return true;
  },
};

/** Hungary: registers at the end of the month under the code of the Belgian peaks, with a time where these have a count. */
function fillLastMonth(groups: BracketGroups, content: Content, clock: MeterClock): boolean {
  content.value = quantities(groups, 1, null);
  content.details = { timestamp: groups.time(0, clock), name: 'last_month_data' };
  return true;
}

function quantities(groups: BracketGroups, first: number, unit: string | null): readonly ListEntry[] {
  const list: ListEntry[] = [];
  for (let at = first; at < groups.length; at++) list.push(groups.quantity(at, unit));
  return list;
}

/** Count, one code less than a row is wide, then rows of `width` groups. What is there counts, not what is announced. */
function fillList(
  groups: BracketGroups,
  content: Content,
  width: number,
  row: (at: number) => ListEntry,
): true {
  const value: ListEntry[] = [];
  for (let at = width; at + width <= groups.length; at += width) if (!groups.isEmpty(at)) value.push(row(at));
  const count = groups.count(0);
  content.value = value;
  content.details = count === null ? {} : { count };
  return true;
}
