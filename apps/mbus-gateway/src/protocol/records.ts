import type { RecordFault, TelegramFault } from './fault.ts';
import { HeadCache } from './head-cache.ts';
import { type DataRecord, readRecord } from './record.ts';

/** The records of a telegram, and how they end. */
export interface Records {
  /** Null if they stay encrypted. */
  readonly records: readonly DataRecord[] | null;
  /** More telegrams follow this one. */
  readonly hasMore: boolean;
  /** Bytes behind DIF 0F or 1F; null without such a DIF. */
  readonly manufacturerData: Uint8Array | null;
  /** Why the rest cannot be read; the records in front of it are good. */
  readonly fault: TelegramFault | null;
}

const FILLER = 0x2f;
const MANUFACTURER_DATA = 0x0f;
const MORE_FOLLOWS = 0x1f;

const HEADS = new HeadCache(false);
const HEADS_MSB_FIRST = new HeadCache(true);

/** Reads all records from `start` on. */
export function readRecords(bytes: Uint8Array, start: number, isMsbFirst: boolean): Records {
  const heads = isMsbFirst ? HEADS_MSB_FIRST : HEADS;
  const end = bytes.length;
  const records: DataRecord[] = [];
  const ended = (fault: RecordFault | null): Records => ({
    records,
    hasMore: false,
    manufacturerData: null,
    fault,
  });
  for (let at = start; at < end; ) {
    const dif = bytes[at]!;
    if ((dif & 0x0f) === 0x0f) {
      if (dif === FILLER) {
        at++;
        continue;
      }
      if (dif !== MANUFACTURER_DATA && dif !== MORE_FOLLOWS) return ended('reserved_dif');
      const manufacturerData = bytes.subarray(at + 1);
      return { records, hasMore: dif === MORE_FOLLOWS, manufacturerData, fault: null };
    }
    const head = heads.read(bytes, at, end);
    if (typeof head === 'string') return ended(head);
    const record = readRecord(head, bytes, at + head.length, end, isMsbFirst);
    if (typeof record === 'string') return ended(record);
    records.push(record);
    at = record.to;
  }
  return ended(null);
}
