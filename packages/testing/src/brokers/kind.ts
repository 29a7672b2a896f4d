import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export type BrokerKind = 'container' | 'local' | 'embedded';

export const BROKER_IMAGE = 'eclipse-mosquitto:2';

interface Choice {
  readonly kind: BrokerKind;
  readonly why: string;
}

let choice: Promise<Choice> | undefined;

/**
 * Which broker tests get on this machine; found out and printed once per test file.
 * @throws when only the embedded one is there and `REQUIRE_CONTAINERS` is set
 */
export async function availableBroker(): Promise<BrokerKind> {
  choice ??= choose();
  return (await choice).kind;
}

/** Whether a real Mosquitto can be had: with TLS, passwords, ACL and MQTT 5. Prints why not. */
export async function hasRealBroker(): Promise<boolean> {
  return (await availableBroker()) !== 'embedded';
}

/** Path of the Mosquitto program; Debian keeps it where only root has its PATH. */
export function mosquittoPath(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'mosquitto')).find((path) => existsSync(path));
}

async function choose(): Promise<Choice> {
  const found = await look();
  console.info(`MQTT broker of these tests: ${found.kind} (${found.why})`);
  if (found.kind === 'embedded' && process.env.REQUIRE_CONTAINERS) {
    throw new Error(`REQUIRE_CONTAINERS is set, but no Mosquitto can be started: ${found.why}`);
  }
  return found;
}

async function look(): Promise<Choice> {
  const noContainer = await whyNoContainer();
  if (noContainer === undefined) return { kind: 'container', why: BROKER_IMAGE };
  const path = mosquittoPath();
  if (path !== undefined) return { kind: 'local', why: `${path}; ${noContainer}` };
  return {
    kind: 'embedded',
    why: `${noContainer}; no mosquitto program; tests that need a real one are skipped`,
  };
}

/** Never pulls: a test run must not depend on a registry. */
async function whyNoContainer(): Promise<string | undefined> {
  try {
    await promisify(execFile)('docker', ['image', 'inspect', BROKER_IMAGE], { timeout: 10_000 });
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const said = text.trim().split('\n').at(-1);
    return `no container: ${said}`;
  }
}
