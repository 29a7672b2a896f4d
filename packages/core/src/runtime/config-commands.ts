import type { z } from 'zod';
import { effectiveYaml, jsonSchema, sampleYaml } from '../config/index.ts';
import type { Definition, Loaded } from './definition.ts';
import { tlsOf } from './mqtt-settings.ts';

/** @throws BridgeError config/invalid if a file that the configuration names cannot be used */
export function checkConfig<Schema extends z.ZodObject>(
  schema: Schema,
  { config, file }: Loaded<Schema>,
  { print }: { readonly print?: boolean },
): void {
  tlsOf(config.mqtt);
  process.stdout.write(print ? effectiveYaml(schema, config) : `${file ?? 'environment'}: valid\n`);
}

export function printSample<Schema extends z.ZodObject>(definition: Definition<Schema>): void {
  const { name, config, example } = definition;
  process.stdout.write(sampleYaml<Schema>(config, { name, example }));
}

export function printSchema<Schema extends z.ZodObject>(definition: Definition<Schema>): void {
  const { name, config } = definition;
  process.stdout.write(`${JSON.stringify(jsonSchema(config, { name }), null, 2)}\n`);
}
