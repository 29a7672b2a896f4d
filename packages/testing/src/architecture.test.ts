import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALLOWED } from './zones.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

interface Import {
  readonly file: string;
  readonly zone: string;
  readonly target: string;
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(file) && !file.includes('node_modules'),
    )
    .map((file) => join(folder, file));
}

/** `core/config`, `app/protocol`, `app`; and which app, as no app may import another. */
function zoneOf(file: string): { readonly zone: string; readonly owner: string } {
  const [kind, owner = '', , folder = ''] = relative(ROOT, file).split('/');
  if (kind === 'packages') return { zone: folder.endsWith('.ts') ? owner : `${owner}/${folder}`, owner };
  return { zone: folder === 'protocol' || folder === 'meters' ? `app/${folder}` : 'app', owner };
}

function importsOf(file: string): readonly Import[] {
  const { zone, owner } = zoneOf(file);
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return Array.from(found, ([, from, bare, lazy]) => {
    const target = targetOf(file, owner, from ?? bare ?? lazy ?? '');
    return { file: relative(ROOT, file), zone, target };
  });
}

function targetOf(file: string, owner: string, specifier: string): string {
  const [, shared] = /^@meterbridge\/(core\/\w+|kpm33b(?:\/\w+)?)$/.exec(specifier) ?? [];
  if (shared) return shared;
  if (!specifier.startsWith('.')) return specifier;
  if (specifier.endsWith('package.json')) return 'own manifest';
  const target = zoneOf(resolve(dirname(file), specifier));
  return target.owner === owner ? target.zone : `another package: ${specifier}`;
}

function isAllowed({ zone, target }: Import): boolean {
  if (target === zone || target === 'own manifest') return true;
  return (ALLOWED[zone] ?? []).some((rule) =>
    rule.endsWith('*') ? target.startsWith(rule.slice(0, -1)) : rule === target,
  );
}

const files = [
  'packages/core/src',
  'packages/kpm33b/src',
  ...readdirSync(join(ROOT, 'apps'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `apps/${name}/src`),
].flatMap((folder) => sources(join(ROOT, folder)));

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(new Set(files.map((file) => zoneOf(file).zone))).toEqual(new Set(Object.keys(ALLOWED)));
  });

  it('lets each zone import only what the table allows', () => {
    const forbidden = files.flatMap(importsOf).filter((one) => !isAllowed(one));
    expect(forbidden.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('reads the environment where configuration and service manager are found, and nowhere else', () => {
    const readers = files.filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(readers.map((file) => relative(ROOT, file))).toEqual([
      'packages/core/src/config/load.ts',
      'packages/core/src/runtime/systemd.ts',
    ]);
  });
});
