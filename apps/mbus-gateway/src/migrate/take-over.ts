import { readForeign, sampleYaml } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import type { Command } from '@meterbridge/core/runtime';
import * as z from 'zod';
import { config } from '../config.ts';
import { migrate, versionOf } from './index.ts';

export interface TakenOver {
  readonly version: 1 | 2;
  /** The configuration file of this bridge. */
  readonly yaml: string;
  readonly notes: readonly string[];
}

/**
 * What becomes of a configuration of mbus-mqtt-gateway; null if it is another file.
 * @throws BridgeError config/…, also if it holds what nobody can work with
 */
export function takeOver(file: string): TakenOver | null {
  const old = readForeign(file);
  const version = versionOf(old);
  if (version === null) return null;
  const { config: example, notes } = migrate(old);
  const { error } = config.safeParse(example);
  if (error) throw cannotBeTakenOver(file, error);
  return { version, yaml: sampleYaml(config, { name: 'mbus-gateway', example }), notes };
}

function cannotBeTakenOver(file: string, { issues }: z.ZodError): BridgeError {
  const problems = issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  return new BridgeError(
    'config/invalid',
    `${file} is a configuration of mbus-mqtt-gateway that cannot be taken over as it is:\n${problems.join('\n')}`,
    { hint: 'Correct these values in the old file; the keys are those that they would have here.' },
  );
}

/** The command `check` tells of a file that `migrate` takes what becomes of it; the others do not take it for ours. */
export function recogniseOldFiles(program: Command): void {
  program.hook('preAction', (_, command) => {
    const { config: file } = program.opts();
    if (program.getOptionValueSource('config') !== 'cli') return;
    const taken = takeOver(file);
    if (!taken) return;
    const what = `${file} is a configuration of mbus-mqtt-gateway, version ${taken.version}`;
    const how = `mbus-gateway migrate ${file} > mbus-gateway.yaml`;
    if (command.name() !== 'check')
      throw new BridgeError('config/invalid', what, { hint: `Take it over first: ${how}` });
    process.stdout.write(`${[`${what}; it can be taken over:`, how, ...taken.notes].join('\n  ')}\n`);
    // There is nothing else to check in it.
    command.action(() => undefined);
  });
}
