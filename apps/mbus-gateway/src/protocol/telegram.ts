import type { MbusLong } from '@meterbridge/core/frames';
import { type AddressBytes, type Decrypt, decryptBody, type Encryption, encryptionOf } from './encryption.ts';
import type { TelegramFault } from './fault.ts';
import { FIXED_LENGTH, type FixedHeader, type FixedRecord, fixedHeader, fixedRecords } from './fixed.ts';
import { LONG_HEADER, longHeader, SHORT_HEADER, shortHeader, type TelegramHeader } from './header.ts';
import { type Records, readRecords } from './records.ts';

/** What a meter answered (EN 13757-3). */
export type Telegram = VariableTelegram | FixedTelegram | ErrorTelegram | AlarmTelegram | UnreadableTelegram;

export interface VariableTelegram extends Records {
  readonly structure: 'variable';
  /** Null where none is sent (CI 78). */
  readonly header: TelegramHeader | null;
  readonly encryption: Encryption | null;
}

export interface FixedTelegram extends Records {
  readonly structure: 'fixed';
  readonly header: FixedHeader;
  readonly records: readonly FixedRecord[];
}

/** The meter could not do what it was asked for. */
export interface ErrorTelegram {
  readonly structure: 'application_error';
  readonly code: number;
  readonly fault: null;
}

export interface AlarmTelegram {
  readonly structure: 'alarm';
  readonly code: number;
  readonly fault: null;
}

/** Not even its header can be read. */
export interface UnreadableTelegram {
  readonly structure: 'variable' | 'fixed' | null;
  readonly header: null;
  readonly records?: undefined;
  readonly fault: TelegramFault;
}

export interface DecodeOptions {
  readonly decrypt?: Decrypt | undefined;
  /** Who was asked, for telegrams that do not say it (CI 7A). */
  readonly address?: AddressBytes | undefined;
}

/** Who is known by its header: the bytes in front of what CI announces. */
const HEADER_LENGTHS = { none: 0, short: SHORT_HEADER, long: LONG_HEADER } as const;
type HeaderKind = keyof typeof HEADER_LENGTHS;

interface Content {
  readonly structure: 'variable' | 'fixed' | 'application_error' | 'alarm';
  readonly header: HeaderKind;
  readonly isMsbFirst: boolean;
}

const content = (
  structure: Content['structure'],
  header: HeaderKind = 'none',
  isMsbFirst = false,
): Content => ({ structure, header, isMsbFirst });

/** Control information of answers (EN 13757-3, table 1). 73 is fixed data: wired meters send no compact frames. */
const CONTENTS: ReadonlyMap<number, Content> = new Map([
  [0x6e, content('application_error', 'short')],
  [0x6f, content('application_error', 'long')],
  [0x70, content('application_error')],
  [0x71, content('alarm')],
  [0x72, content('variable', 'long')],
  [0x73, content('fixed')],
  [0x74, content('alarm', 'short')],
  [0x75, content('alarm', 'long')],
  [0x76, content('variable', 'long', true)],
  [0x77, content('fixed', 'none', true)],
  [0x78, content('variable')],
  [0x7a, content('variable', 'short')],
]);

/** Bit 6 of the control field: sent by a master. */
const FROM_MASTER = 0x40;

/** Decodes an answer. Never throws: what cannot be read has its `fault`, after the records in front of it. */
export function decodeTelegram({ c, ci, data }: MbusLong, options: DecodeOptions = {}): Telegram {
  if (c & FROM_MASTER) return unreadable(null, 'wrong_direction');
  const kind = CONTENTS.get(ci);
  if (!kind) return unreadable(null, 'unknown_ci');
  const start = HEADER_LENGTHS[kind.header];
  switch (kind.structure) {
    case 'variable':
      if (data.length < start) return unreadable('variable', 'header_too_short');
      return decodeVariable(kind, data, start, options);
    case 'fixed':
      if (data.length !== FIXED_LENGTH) return unreadable('fixed', 'fixed_data_length');
      return decodeFixed(data, kind.isMsbFirst);
    default:
      if (data.length < start) return unreadable(null, 'header_too_short');
      return { structure: kind.structure, code: data[start] ?? 0, fault: null };
  }
}

function unreadable(structure: UnreadableTelegram['structure'], fault: TelegramFault): UnreadableTelegram {
  return { structure, header: null, fault };
}

function decodeFixed(data: Uint8Array, isMsbFirst: boolean): FixedTelegram {
  return {
    structure: 'fixed',
    header: fixedHeader(data, 0, isMsbFirst),
    records: fixedRecords(data, 0, isMsbFirst),
    hasMore: false,
    manufacturerData: null,
    fault: null,
  };
}

function decodeVariable(
  { header: kind, isMsbFirst }: Content,
  data: Uint8Array,
  start: number,
  { decrypt, address }: DecodeOptions,
): VariableTelegram {
  const header =
    kind === 'long' ? longHeader(data, 0, isMsbFirst) : kind === 'short' ? shortHeader(data, 0) : null;
  const encryption = header && encryptionOf(header.signature);
  if (!encryption) return variable(header, null, readRecords(data, start, isMsbFirst));
  const who = kind === 'long' ? data.subarray(0, 8) : (address ?? null);
  const body = decryptBody(encryption, data.subarray(start), header.accessNumber, who, decrypt);
  if (typeof body === 'string') return variable(header, encryption, unread(body));
  const records = readRecords(body, 0, isMsbFirst);
  // Without a key, what cannot be read to its end was no plain text that happens to begin like one.
  return variable(header, encryption, !decrypt && records.fault ? unread('encrypted') : records);
}

function unread(fault: TelegramFault): Records {
  return { records: null, hasMore: false, manufacturerData: null, fault };
}

function variable(
  header: TelegramHeader | null,
  encryption: Encryption | null,
  { records, hasMore, manufacturerData, fault }: Records,
): VariableTelegram {
  return { structure: 'variable', header, encryption, records, hasMore, manufacturerData, fault };
}
