import type { z } from 'zod';
import { type CommonConfig, effectiveYaml, jsonSchema, sampleYaml } from '../config/index.ts';
import { messageOf } from '../errors/index.ts';
import type { Definition, Loaded } from './definition.ts';
import { tlsOf } from './mqtt-settings.ts';

export function checkConfig<Schema extends z.ZodObject>(
  schema: Schema,
  { config, file }: Loaded<Schema>,
  { print }: { readonly print?: boolean },
): void {
  warnOfCertificates(config);
  process.stdout.write(print ? effectiveYaml(schema, config) : `${file ?? 'environment'}: valid\n`);
}

/** What is checked may be meant for another machine: only there the certificates have to be. */
function warnOfCertificates({ mqtt }: CommonConfig): void {
  try {
    tlsOf(mqtt);
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}; where it runs, it does not start like this\n`);
  }
}

export function printSample<Schema extends z.ZodObject>(definition: Definition<Schema>): void {
  const { name, config, example } = definition;
  process.stdout.write(sampleYaml<Schema>(config, { name, example }));
}

export function printSchema<Schema extends z.ZodObject>(definition: Definition<Schema>): void {
  const { name, config } = definition;
  process.stdout.write(`${JSON.stringify(jsonSchema(config, { name }), null, 2)}\n`);
}
