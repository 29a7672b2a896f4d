import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileBlocks } from './console-blocks.ts';

const ROOT = join(import.meta.dirname, '..');
const APP = 'apps/pulse-bridge';

/** What a reader of the document has in the end, with the packages of another bridge, which are the same. */
describe('the bridge of docs/ADDING-A-METER.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adding-'));
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    promisify(execFile)(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      timeout: 60_000,
    });

  beforeAll(() => {
    writeFileBlocks(readFileSync(join(ROOT, 'docs/ADDING-A-METER.md'), 'utf8'), folder);
    copyFileSync(join(ROOT, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'apps/kamstrup-bridge/node_modules'), join(folder, APP, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['tsconfig.json', 'tsconfig.pure.json'])(
    'has right types (%s)',
    async (project) => {
      await run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(APP, project)]);
    },
    60_000,
  );

  it('reads its simulated meter', async () => {
    const port = await freePort();
    const address = `tcp://127.0.0.1:${port}`;
    const main = join(APP, 'src/main.ts');
    const simulated = execFile(process.execPath, [main, 'simulate', '--listen', address], { cwd: folder });
    try {
      const { stdout } = await run([main, 'read', '--config', 'pulse-bridge.yaml'], {
        METERS__0__ADDRESS: address,
      });
      expect(JSON.parse(stdout)).toMatchObject({
        meter: { id: 'water', serial_number: '12345678' },
        values: { volume: { value: 4.567, unit: 'm³' } },
      });
    } finally {
      simulated.kill();
    }
  }, 60_000);
});
