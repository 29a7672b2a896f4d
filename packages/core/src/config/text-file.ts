import { readFileSync, statSync } from 'node:fs';

/** Far beyond any configuration, and small enough to be read at once. */
const MAX_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a symbolic link that leads to itself',
};

export type TextFile = { readonly text: string } | { readonly problem: string };

/** A small text file, or why it cannot be had. Pipes and devices are refused: they can block for ever. */
export function readTextFile(path: string): TextFile {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { problem: 'is a directory' };
    if (!stat.isFile()) return { problem: 'is not a regular file' };
    if (stat.size > MAX_BYTES) return { problem: 'is larger than 1 MiB' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (thrown) {
    return { problem: reasonOf(thrown) };
  }
}

/** The content of a file as the value of a key: editors and `echo` put a line end behind it. */
export function readValueFile(path: string): TextFile {
  const file = readTextFile(path);
  return 'text' in file
    ? { text: file.text.replace(/[\r\n]+$/, '') }
    : { problem: `names a file that ${file.problem}; must name a readable file` };
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
    ? 'is not UTF-8 text'
    : (REASONS[code] ?? `cannot be read (${code})`);
}
