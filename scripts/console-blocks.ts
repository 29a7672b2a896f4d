import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BLOCK = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/**
 * Runs what a document shows, and puts in what it prints: a block with a file name is written to that file, the lines
 * after `$ ` of a `console` block are run in the same folder, where every app is a command.
 */
export function runConsoleBlocks(document: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'document-'));
  try {
    const commands = commandsIn(join(folder, '.bin'));
    return document.replace(BLOCK, (block, language: string, file: string | undefined, text: string) => {
      if (file !== undefined) write(join(folder, file), text);
      if (language !== 'console') return block;
      const lines = text.split('\n').filter((line) => line.startsWith('$ '));
      const parts = lines.map((line) => `${line}\n${outputOf(line.slice(2), folder, commands)}`);
      return `\`\`\`console\n${parts.join('')}\`\`\``;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes each block that names a file to that file, below `folder`. */
export function writeFileBlocks(document: string, folder: string): void {
  for (const [, , file, text = ''] of document.matchAll(BLOCK))
    if (file !== undefined) write(join(folder, file), text);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** @returns PATH with a folder in front where each app is a program */
function commandsIn(folder: string): string {
  for (const app of readdirSync(join(ROOT, 'apps'), { withFileTypes: true })) {
    if (!app.isDirectory()) continue;
    const main = join(app.parentPath, app.name, 'src/main.ts');
    write(join(folder, app.name), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(folder, app.name), 0o755);
  }
  return [folder, process.env.PATH].join(delimiter);
}

function outputOf(command: string, cwd: string, PATH: string): string {
  const { output, status } = spawnSync('sh', ['-c', command], { cwd, env: { PATH }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}\n${output.join('')}`);
  return output.join('');
}
