import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(
  process.env.METERBRIDGE_CONFORMANCE ?? join(import.meta.dirname, '../../../../shared/conformance'),
);
const reported = new Set<string>();

/** Why tests that need the conformance data of `name` are skipped when there is none. */
export function conformanceReason(name: string): string {
  return `no conformance data in ${join(ROOT, name)}; METERBRIDGE_CONFORMANCE names the folder that holds it`;
}

/**
 * The folder with the conformance data of `name` (`dsmr`, `homeassistant`, …), or null where there is
 * none: that is said once on standard error, so that a skipped test never looks like a passed one.
 */
export function conformancePath(name: string): string | null {
  const folder = join(ROOT, name);
  if (existsSync(folder)) return folder;
  if (!reported.has(name)) {
    reported.add(name);
    console.warn(`Skipping the tests of ${name}: ${conformanceReason(name)}`);
  }
  return null;
}
