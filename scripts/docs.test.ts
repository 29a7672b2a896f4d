import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
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

  it('name every variable of the compose file', () => {
    const [compose, operations] = ['docker-compose.yml', 'docs/OPERATIONS.md'].map((file) =>
      readFileSync(join(ROOT, file), 'utf8'),
    );
    const variables = Array.from(compose!.matchAll(/\$\{(\w+)/g), ([, name]) => name);
    expect(variables).toContain('CONFIG_DIR');
    for (const name of variables) expect(operations).toContain(`\`${name}\``);
  });

  it('show the same version everywhere', () => {
    const files = globSync(['package.json', '{apps,packages}/*/package.json'], { cwd: ROOT });
    const versions = files.map((file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).version);
    expect(new Set(versions).size).toBe(1);
  });
});
