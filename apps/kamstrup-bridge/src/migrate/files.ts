import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readForeign } from '@meterbridge/core/config';
import { type Migrated, migrate } from './index.ts';
import { migrateMeter2Mqtt } from './meter2mqtt.ts';

const YAML = /\.ya?ml$/;

/**
 * The `config.yaml` of kamstrup2mqtt, or that of Meter2MQTT, whose devices are in `config.d` beside it.
 * @throws BridgeError config/missing, config/syntax
 */
export function migrateFile(path: string): Migrated {
  const old = readForeign(path);
  const folder = join(dirname(path), 'config.d');
  if ('kamstrup' in old || 'serial_device' in old || !existsSync(folder)) return migrate(old);
  const files = readdirSync(folder)
    .filter((file) => YAML.test(file))
    .sort();
  return migrateMeter2Mqtt(
    old,
    new Map(files.map((file) => [basename(file).replace(YAML, ''), readForeign(join(folder, file))])),
  );
}
