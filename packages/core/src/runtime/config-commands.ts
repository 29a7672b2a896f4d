import type { z } from 'zod';
import { effectiveYaml, jsonSchema, type LoadedConfig, sampleYaml } from '../config/index.ts';
import type { Definition } from './definition.ts';

export function checkConfig<Schema extends z.ZodObject>(
  schema: Schema,
  { config, file }: LoadedConfig<Schema>,
  { print }: { readonly print?: boolean },
): void {
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
