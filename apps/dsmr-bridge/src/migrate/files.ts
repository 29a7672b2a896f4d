import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type Environment,
  loadConfig,
  readForeign,
  readVariables,
  withVariables,
} from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import type * as z from 'zod';
import { type Migrated, migrate } from './index.ts';
import { type OldConfig, type OldDevice, oldConfig, oldDevice } from './old.ts';

const DEVICES = 'config.d';
const SECTIONS = { MQTT: 'mqtt', LOG: 'logging' };
const YAML = /\.ya?ml$/;
/** Meter2MQTT comes with such. */
const EXAMPLE = /\.ya?ml\.example$/;

/**
 * Files of Meter2MQTT: its `config.yaml`, which brings the devices in `config.d` beside it, files of devices, or folders
 * with such; and a file of its variables (`NAME=value`).
 * @throws BridgeError config/missing, config/syntax, config/invalid
 */
export function migrateFiles(paths: readonly string[]): Migrated {
  let main: OldConfig = oldConfig.parse({});
  let env: Environment = {};
  const devices = new Map<string, OldDevice>();
  for (const path of paths.flatMap(filesOf)) {
    const variables = readVariables(path);
    if (variables) env = { ...env, ...variables };
    else if (isDevice(path)) devices.set(idOf(path), read(path, oldDevice));
    else main = read(path, oldConfig);
  }
  if (devices.size === 0) throw missing(`there is no file of a device in ${paths.join(', ')}`);
  return migrate(oldConfig.parse(withVariables(main, env, SECTIONS)), devices);
}

function missing(detail: string): BridgeError {
  return new BridgeError('config/missing', detail, {
    hint: `Name the config.yaml of Meter2MQTT with its folder ${DEVICES} beside it, or the files of the devices.`,
  });
}

function idOf(path: string): string {
  return basename(path).replace(EXAMPLE, '').replace(YAML, '');
}

/** In folders, examples count where there is nothing else. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw missing(`${path} does not exist`);
  if (statSync(path).isDirectory()) {
    const files = readdirSync(path).sort();
    const yaml = files.filter((file) => YAML.test(file));
    const found = yaml.length > 0 ? yaml : files.filter((file) => EXAMPLE.test(file));
    return found.flatMap((file) => filesOf(join(path, file)));
  }
  const folder = join(dirname(path), DEVICES);
  if (readVariables(path)) return [path];
  return existsSync(folder) && !isDevice(path) ? [path, ...filesOf(folder)] : [path];
}

function isDevice(path: string): boolean {
  return basename(dirname(path)) === DEVICES || 'type' in readForeign(path);
}

function read<Schema extends z.ZodObject>(file: string, schema: Schema): z.output<Schema> {
  return loadConfig(schema, { file, env: {} }).config;
}
