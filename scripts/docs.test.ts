import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

describe('documents', () => {
  // Documents hold the output of commands that are run for it.
  it.each(['generate-docs.ts', 'generate-page.ts'])(
    'say what the code says (%s)',
    (script) => {
      const { stderr, status } = spawnSync(process.execPath, [join(ROOT, 'scripts', script), '--check']);
      expect(stderr.toString()).toBe('');
      expect(status).toBe(0);
    },
    180_000,
  );

  it('show the same version everywhere', () => {
    const files = [
      'package.json',
      'packages/core/package.json',
      'packages/testing/package.json',
      'apps/dsmr-bridge/package.json',
      'apps/kamstrup-bridge/package.json',
      'apps/mbus-gateway/package.json',
    ];
    const versions = files.map((file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).version);
    expect(new Set(versions).size).toBe(1);
  });
});
