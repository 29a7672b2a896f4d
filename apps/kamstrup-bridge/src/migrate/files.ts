import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type Environment,
  readForeign,
  readVariables,
  type Section,
  sectionOf,
  textOf,
  withVariables,
} from '@meterbridge/core/config';
import { type Migrated, migrate } from './index.ts';
import { migrateMeter2Mqtt } from './meter2mqtt.ts';

const YAML = /\.ya?ml$/;

const SECTIONS = { MQTT: 'mqtt', LOG: 'logging', KAMSTRUP: 'kamstrup', SERIAL: 'serial_device' };

/**
 * The `config.yaml` of kamstrup2mqtt, or that of Meter2MQTT, whose devices are in `config.d` beside it; and a file of their
 * variables (`NAME=value`), or only that.
 * @throws BridgeError config/missing, config/syntax
 */
export function migrateFiles(paths: readonly string[]): Migrated {
  let old: Section = {};
  let env: Environment = {};
  for (const path of paths) {
    const variables = readVariables(path);
    if (variables) env = { ...env, ...variables };
    else old = readForeign(path);
  }
  return migrateAll(withVariables(old, taken(env, old), SECTIONS), join(dirname(paths[0] ?? ''), 'config.d'));
}

/** The version in the file wins over that of the variable. */
function taken({ KAMSTRUP_VERSION: version, ...others }: Environment, old: Section): Environment {
  const isSaid = ![null, 'generic'].includes(textOf(sectionOf(old.kamstrup).version));
  return version === undefined || isSaid ? others : { ...others, KAMSTRUP_VERSION: version };
}

function migrateAll(old: Section, folder: string): Migrated {
  if ('kamstrup' in old || 'serial_device' in old || !existsSync(folder)) return migrate(old);
  const files = readdirSync(folder)
    .filter((file) => YAML.test(file))
    .sort();
  return migrateMeter2Mqtt(
    old,
    new Map(files.map((file) => [basename(file).replace(YAML, ''), readForeign(join(folder, file))])),
  );
}
