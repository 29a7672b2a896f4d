import { readFileSync } from 'node:fs';
import type { Environment, LegacyVariables } from '@meterbridge/core/config';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import { type Migrated, migrate } from './index.ts';
import { isEffectless, KNOWN } from './notes.ts';
import { isRecord, type Old } from './old.ts';

/** Without any of these nothing would run. */
const NEEDED: readonly string[] = ['mqtt_broker', 'dtu_host', 'dtu_configs'];

/** Lets the bridge run from the variables of hoymiles-mqtt and hoymiles-smiles alone. */
export const legacyVariables: LegacyVariables = (env) => {
  const old = settingsIn(env);
  if (!NEEDED.some((key) => key in old)) return null;
  const keys = Object.keys(old);
  const lost = keys.filter(isEffectless);
  const parts = [
    `configured by the variables of hoymiles-mqtt: ${namesOf(keys)}`,
    ...(lost.length > 0 ? [`without effect: ${namesOf(lost)}`] : []),
    '"env | hoymiles-bridge migrate -" writes them as a configuration file',
  ];
  const { MQTT__URL: url, ...rest } = variablesOf(migrate(old).config);
  // A broker that was not named is told as missing.
  const broker = 'mqtt_broker' in old ? { MQTT__URL: url } : {};
  return { env: { ...broker, ...rest }, notice: parts.join('; ') };
};

/**
 * Settings by their names in small letters: `NAME`, `NAME_FILE` for the content of a file, `NAME__KEY` for one inside of another.
 * @throws BridgeError config/missing if a file cannot be read
 */
export function settingsIn(env: Environment): Old {
  const old: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(env)) {
    const { name, key, isFile } = targetOf(variable);
    if (!text || !KNOWN.has(name)) continue;
    if (key !== '') old[name] = { ...(isRecord(old[name]) ? old[name] : {}), [key]: text };
    else old[name] = isFile ? contentOf(variable, text) : text;
  }
  return old;
}

/** Variables that are none of theirs. */
export function strangersIn(env: Environment): Old {
  const strangers = Object.entries(env).filter(([variable]) => !KNOWN.has(targetOf(variable).name));
  return Object.fromEntries(strangers.map(([variable, text]) => [variable.toLowerCase(), text]));
}

function targetOf(variable: string): {
  readonly name: string;
  readonly key: string;
  readonly isFile: boolean;
} {
  const [name = '', ...keys] = variable.toLowerCase().split('__');
  const isFile = !KNOWN.has(name) && name.endsWith('_file');
  return { name: isFile ? name.slice(0, -'_file'.length) : name, key: keys.join('__'), isFile };
}

function contentOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
  } catch (cause) {
    const detail = `${variable} names a file that cannot be read: ${toBridgeError(cause).message}`;
    throw new BridgeError('config/missing', detail, { cause });
  }
}

/** Each key of a section by itself, so that it can be set otherwise. */
function variablesOf(config: Migrated['config']): Environment {
  const settings = Object.entries(config).flatMap(([section, value]) =>
    isRecord(value)
      ? Object.entries(value).map(([key, one]) => [`${section}__${key}`, one] as const)
      : [[section, value] as const],
  );
  return Object.fromEntries(settings.map(([name, value]) => [name.toUpperCase(), plain(value)]));
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function namesOf(keys: readonly string[]): string {
  return keys.map((key) => key.toUpperCase()).join(', ');
}
