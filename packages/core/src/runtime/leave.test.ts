import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const left = `
  import { leave } from '${new URL('leave.ts', import.meta.url)}';
  setInterval(() => undefined, 1_000_000);
  process.exitCode = 3;
  leave();
`;

it('ends the process with its exit code though something is left behind', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', left], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([3, null]);
});
