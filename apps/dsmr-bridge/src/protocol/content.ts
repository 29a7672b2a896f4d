import { BracketGroups } from './groups.ts';
import type { ObisEntry } from './obis.ts';
import type { Content, ListEntry } from './object.ts';
import { type MeterClock, parseTime } from './timestamp.ts';
import { isPlain, parseMessage, parseOctets, parseQuantity, parseText } from './value.ts';

const OPEN = 0x28;
const CLOSE = 0x29;

/**
 * Fills in what `bytes[from, to)`, the bracket groups of a line, tell; false if they are not what the object may hold.
 * @param content empty at first
 */
export function parseContent(
  bytes: Uint8Array,
  from: number,
  to: number,
  entry: ObisEntry | null,
  clock: MeterClock,
  content: Content,
): boolean {
  if (bytes[to - 1] !== CLOSE) return false;
  switch (entry?.kind) {
    case 'number':
    case 'integer':
      return to - from === 2 || parseQuantity(bytes, from, to, entry.unit, content);
    case 'reading':
    case 'peak':
      return parseTimed(bytes, from, to, entry.unit, clock, content);
    case 'state':
      if (parseQuantity(bytes, from, to, null, content)) return true;
      content.value = parseText(bytes, from + 1, to - 1);
      break;
    case 'text':
      content.value = parseText(bytes, from + 1, to - 1);
      break;
    case 'octets':
      content.value = parseOctets(bytes, from + 1, to - 1);
      break;
    case 'message':
      content.value = parseMessage(bytes, from + 1, to - 1);
      break;
    case 'time':
      content.value = parseTime(bytes, from + 1, to - 1, clock);
      break;
    default: {
      const groups = BracketGroups.in(bytes, from, to);
      return (
        groups !== null && listParsers[entry?.kind ?? 'unknown'](groups, content, entry?.unit ?? null, clock)
      );
    }
  }
  return isPlain(bytes, from + 1, to - 1);
}

/** Time, then a number; the number may be missing. */
function parseTimed(
  bytes: Uint8Array,
  from: number,
  to: number,
  unit: string | null,
  clock: MeterClock,
  content: Content,
): boolean {
  let close = from + 1;
  while (bytes[close] !== CLOSE && bytes[close] !== OPEN) close++;
  if (bytes[close] !== CLOSE || bytes[close + 1] !== OPEN) return false;
  content.details = { timestamp: parseTime(bytes, from + 1, close, clock) };
  return to === close + 3 || parseQuantity(bytes, close + 1, to, unit, content);
}

type ParseList = (groups: BracketGroups, content: Content, unit: string | null, clock: MeterClock) => boolean;

const listParsers: Readonly<
  Record<'pair' | 'failures' | 'peaks' | 'profile' | 'raw' | 'unknown', ParseList>
> = {
  raw: (groups, content) => {
    content.value = groups.texts();
    return true;
  },
  pair: (groups, content, unit) => {
    content.value = quantities(groups, 0, unit);
    return true;
  },
  profile: (groups, content, unit, clock) => {
    if (groups.length < 6) return false;
    content.unit = groups.unit(5, unit);
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
    if (groups.count(0) === null && groups.time(0, clock)) return fillLastMonth(groups, content, clock);
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

/** Hungary: registers at the end of the month under the code of the Belgian peaks. */
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
