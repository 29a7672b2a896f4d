import { writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { type CommonConfig, type LoadedConfig, redact } from '../config/index.ts';
import { BridgeError, messageOf } from '../errors/index.ts';
import type { BridgeStatus, FramesAnswer } from '../page/index.ts';
import type { Definition } from './definition.ts';
import { ask, urlOf } from './own-http.ts';
import { VERSION } from './version.ts';

/** What a support bundle holds: a JSON file that people can read and attach. */
export interface SupportBundle {
  readonly app: string;
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  /** ISO 8601, UTC. */
  readonly made: string;
  /** Without secrets. */
  readonly config: unknown;
  /** Why the running bridge could not be asked, or null. */
  readonly unreachable: string | null;
  readonly status: BridgeStatus | null;
  readonly metrics: readonly string[];
  readonly frames: readonly FramesAnswer[];
}

/**
 * Collects what helps to find a fault: the configuration without secrets, and what the running bridge knows.
 * @throws BridgeError output/unwritable
 */
export async function writeSupportBundle<Schema extends z.ZodObject>(
  definition: Definition<Schema>,
  { config }: LoadedConfig<Schema & z.ZodType<CommonConfig>>,
  file: string,
): Promise<void> {
  const bundle: SupportBundle = {
    app: definition.name,
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    made: new Date().toISOString(),
    config: redact(definition.config, config),
    ...(await askAll(config)),
  };
  const text = `${JSON.stringify(bundle, null, 2)}\n`;
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  await write(file, text);
  const { unreachable } = bundle;
  if (unreachable)
    process.stderr.write(`The bridge does not answer (${unreachable}): only the configuration is in it.\n`);
  process.stdout.write(
    `${file}: look through it before you give it away; it holds serial numbers and what was measured.\n`,
  );
}

type Answers = Pick<SupportBundle, 'unreachable' | 'status' | 'metrics' | 'frames'>;

async function askAll({ http }: CommonConfig): Promise<Answers> {
  try {
    const status: BridgeStatus = JSON.parse(await textOf(http, '/status'));
    const metrics = await textOf(http, '/metrics');
    const frames: FramesAnswer[] = [];
    for (const { id } of status.lines)
      frames.push(JSON.parse(await textOf(http, `/frames?line=${encodeURIComponent(id)}`)));
    return { unreachable: null, status, metrics: metrics.trim().split('\n'), frames };
  } catch (thrown) {
    const unreachable = `${urlOf(http, '/status')}: ${messageOf(thrown)}`;
    return { unreachable, status: null, metrics: [], frames: [] };
  }
}

async function textOf(http: CommonConfig['http'], path: string): Promise<string> {
  const response = await ask(http, path);
  return await response.text();
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (thrown) {
    const reason = messageOf(thrown);
    throw new BridgeError('output/unwritable', `cannot write ${file}: ${reason}`, { cause: thrown });
  }
}
