import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BridgeError, type ErrorCode, messageOf } from '../errors/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const FULL_BELOW_BYTES = 256 * 1024;

/** What went wrong with the file, said so that its user can mend it. */
export function storeError(thrown: unknown, path: string): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const code = codeOf(thrown, path);
  return new BridgeError(code, `${path}: ${reasonOf(code, thrown, path)}`, {
    cause: thrown,
    facts: { file: path },
  });
}

function codeOf(thrown: unknown, path: string): ErrorCode {
  switch (resultCode(thrown)) {
    case BUSY:
      return 'store/in-use';
    case READONLY:
      return 'store/read-only';
    case CORRUPT:
    case NOTADB:
      return 'store/corrupt';
    case FULL:
      return 'store/full';
    // SQLite does not say why; the file system does.
    case IOERR:
    case CANTOPEN:
      return reasonOfFolder(path);
  }
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOSPC') return 'store/full';
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM' ? 'store/read-only' : 'store/failed';
}

function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  // The upper bits tell more than is needed here.
  return Number(thrown.errcode) & 0xff;
}

function reasonOfFolder(path: string): ErrorCode {
  try {
    if (freeBytes(path) < FULL_BELOW_BYTES) return 'store/full';
    accessSync(dirname(path), constants.W_OK);
    return 'store/failed';
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    return code === 'EROFS' || code === 'EACCES' ? 'store/read-only' : 'store/failed';
  }
}

function reasonOf(code: ErrorCode, thrown: unknown, path: string): string {
  if (code === 'store/in-use') return 'another process has it open';
  if (code === 'store/read-only') return 'cannot be written';
  if (code === 'store/full' && hasSpace(path)) return 'it has reached its largest size';
  if (code === 'store/full') return 'the disk is full';
  return messageOf(thrown);
}

function hasSpace(path: string): boolean {
  try {
    return freeBytes(path) >= FULL_BELOW_BYTES;
  } catch {
    return false;
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}
