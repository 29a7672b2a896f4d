import { readdirSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import type { ConfigIssue, Finding } from './issues.ts';
import type { Schema } from './pieces.ts';
import { placeIn } from './place.ts';
import { settle } from './settle.ts';
import { readTextFile } from './text-file.ts';
import { isBranch } from './tree.ts';
import { parseYaml, type YamlText } from './yaml-text.ts';

/** A file that holds one meter; the file's name is the meter's id. */
export interface MeterFile {
  readonly file: string;
  /** Undefined if the file could not be read. */
  readonly value: unknown;
  /** What is wrong as far as one can tell without the others; paths begin at the meter. */
  readonly findings: readonly Finding[];
  readonly place: (finding: Finding) => ConfigIssue;
  /** The files that filled a key of it, or should have. */
  readonly secretFiles: readonly string[];
}

/** Whether a file of this name holds a meter; what editors leave behind does not. */
export function isMeterFile(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

/** Every meter file of a folder in the order of the names, or why the folder cannot be read. */
export function readMeterFiles(
  folder: string,
  meter: Schema,
): { readonly files: readonly MeterFile[] } | { readonly problem: string } {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter(isMeterFile).toSorted();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
    return { problem: `names a folder that ${REASONS[code] ?? `cannot be read (${code})`}` };
  }
  const first = new Map<string, string>();
  const files = names.map((name) => {
    const id = parse(name).name;
    const twin = first.get(id);
    first.set(id, twin ?? name);
    return readMeterFile(join(folder, name), id, twin, meter);
  });
  return { files };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is a file',
  EACCES: 'may not be read by this user',
};

function readMeterFile(file: string, id: string, twin: string | undefined, meter: Schema): MeterFile {
  const content = readTextFile(file);
  const yaml = parseYaml('text' in content ? content.text : '');
  const place = placeIn(file, yaml);
  const broken = 'problem' in content ? [{ path: [], message: content.problem }] : syntaxFindings(yaml);
  if (broken.length > 0) return { file, value: undefined, findings: broken, place, secretFiles: [] };
  const written = yaml.value ?? {};
  if (!isBranch(written)) {
    const findings = [{ path: [], message: 'must hold keys with values, such as address:' }];
    return { file, value: undefined, findings, place, secretFiles: [] };
  }
  const { value, findings, files } = settle(meter, { ...written, id }, dirname(file));
  return {
    file,
    value,
    findings: [...idFindings(written.id, id, twin), ...findings],
    place,
    secretFiles: files,
  };
}

function syntaxFindings({ problems }: YamlText): readonly Finding[] {
  return problems.map(({ line, column, path, message }) => ({ path, message, position: { line, column } }));
}

function idFindings(written: unknown, id: string, twin: string | undefined): readonly Finding[] {
  const path = ['id'];
  if (written !== undefined && written !== null && written !== id) {
    return [{ path, message: 'must be the name of the file without its ending, or left out' }];
  }
  return twin === undefined ? [] : [{ path, message: `is the id of ${twin} too; must be unique` }];
}
