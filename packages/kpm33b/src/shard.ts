import type { Tags } from './message.ts';

/** One of several workers that share the meters: each receives everything and keeps what is its own. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** How every message of a real meter begins. */
const BEFORE_ID = Uint8Array.from('{"id":"', (character) => character.charCodeAt(0));
/** Longer than any id. */
const MAX_ID_BYTES = 20;

/** The worker that a message belongs to as far as its first bytes tell; null if it must be parsed to know. */
export function workerByBytes(payload: Uint8Array, count: number): number | null {
  for (let at = 0; at < BEFORE_ID.length; at++) if (payload[at] !== BEFORE_ID[at]) return null;
  const end = payload.indexOf(QUOTE, BEFORE_ID.length);
  if (end < 0 || end - BEFORE_ID.length > MAX_ID_BYTES) return null;
  let hash = FNV_OFFSET;
  for (let at = BEFORE_ID.length; at < end; at++) {
    if (payload[at] === BACKSLASH) return null;
    hash = addToHash(hash, payload[at]!);
  }
  return (hash >>> 0) % count;
}

/** The same worker for the same id, once it is known; the first one for messages without. */
export function workerById(id: Tags[string], count: number): number {
  if (typeof id !== 'string') return 0;
  let hash = FNV_OFFSET;
  for (let at = 0; at < id.length; at++) hash = addToHash(hash, id.charCodeAt(at));
  return (hash >>> 0) % count;
}

// FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function addToHash(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}
