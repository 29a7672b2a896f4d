import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

it('a bundle runs, and has the licences of all that is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const node = (...args: readonly string[]) => spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(node(join(ROOT, 'scripts/bundle.ts'), 'dsmr-bridge', folder)).toMatchObject({
    stderr: '',
    status: 0,
  });
  const version = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
  expect(node(join(folder, 'main.js'), '--version').stdout).toContain(version);
  const notice = readFileSync(join(folder, 'NOTICE'), 'utf8');
  const ofCore = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8')).dependencies;
  for (const [name, version] of Object.entries(ofCore)) expect(notice).toContain(`\n${name} ${version} (`);
  expect(notice).toContain('Copyright (c) 2015-present Jason Miller');
  expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toContain('MIT License');
});
