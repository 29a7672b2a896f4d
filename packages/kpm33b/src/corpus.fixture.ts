import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath } from '@meterbridge/testing';
import * as z from 'zod';
import { type Kpm33bConfig, kpm33bSections } from './config/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
export type Json = any;

export const corpus = conformancePath('kpm33b');

/** The cases of one folder of the corpus; none where there is no corpus. */
export function casesIn(folder: 'messages' | 'config-flow'): readonly Json[] {
  if (corpus === null) return [];
  const path = join(corpus, folder);
  return readdirSync(path).map((file) => JSON.parse(readFileSync(join(path, file), 'utf8')));
}

/** The one message, or the steps, of a case of `messages`. */
export function stepsOf(one: Json): readonly Json[] {
  return one.steps ?? [one];
}

export function bytesOfStep({ payload, payload_base64 }: Json): Uint8Array {
  return payload === undefined ? Buffer.from(payload_base64, 'base64') : Buffer.from(payload, 'utf8');
}

const schema = z.object(kpm33bSections);

/** A configuration that says only what a case says: our defaults are those of the corpus. */
export function configOf(overrides: Json = {}): Kpm33bConfig {
  return schema.parse(overrides);
}

/** Text of bytes, or null if they are no UTF-8. */
export function readText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
