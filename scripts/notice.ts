import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const RULE = '-'.repeat(80);

/**
 * Names, versions and licence texts of the packages that a bundle has parts of: their licences ask for it.
 * @param folder what the names in the metafile are relative to
 * @throws Error if a package comes without licence text
 */
export function noticeOf({ inputs }: Metafile, folder: string): string {
  const packages = new Set(Object.keys(inputs).flatMap((file) => packageOf(join(folder, file)) ?? []));
  const texts = Array.from(packages, (path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${licenceOf(path)}\n`;
  });
  return texts.toSorted().join('\n');
}

/** Folder of the package that a file came with; null for a file of our own. */
function packageOf(file: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function licenceOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(?:licen[cs]e|notice)/i.test(name));
  if (files.length === 0) throw new Error(`no licence text in ${folder}`);
  const texts = files.toSorted().map((name) => readFileSync(join(folder, name), 'utf8'));
  return texts.map((text) => text.replace(/^\s*\n|\s+$/g, '').replace(/[ \t\r]+$/gm, '')).join('\n\n');
}
