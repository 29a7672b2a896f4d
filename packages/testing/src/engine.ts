import { spawnSync } from 'node:child_process';

/**
 * Whether containers can be run here; says so if not, so that a skipped test never looks like a passed one.
 *
 * @param what is skipped then
 * @param image that has to be there: it is never pulled
 * @throws if there is no engine and `REQUIRE_CONTAINERS` is set
 */
export function hasContainerEngine(what: string, image?: string): boolean {
  const question = image === undefined ? ['info'] : ['image', 'inspect', image];
  if (spawnSync('docker', question, { stdio: 'ignore' }).status === 0) return true;
  const reason = image === undefined ? 'no container engine runs' : `no container engine has ${image}`;
  if (process.env.REQUIRE_CONTAINERS) throw new Error(`REQUIRE_CONTAINERS is set, but ${reason}`);
  console.warn(`Skipping the tests of ${what}: ${reason}`);
  return false;
}
