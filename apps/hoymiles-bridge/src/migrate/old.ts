import { type Section, textOf, textsOf } from '@meterbridge/core/config';

/** Settings of hoymiles-mqtt and hoymiles-smiles: the YAML file has the names of the variables in small letters. */
export type Old = Section;

/** A YAML list, a JSON list, or texts with commas or blanks between them, as in a variable. */
export function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return textsOf(value);
  const text = textOf(value) ?? '';
  return text.split(/[\s,[\]"']+/).filter((part) => part !== '');
}

export function recordOf(value: unknown): Old {
  if (typeof value === 'string') return recordOf(parsed(value));
  return isRecord(value) ? value : {};
}

export function recordsOf(value: unknown): readonly Old[] {
  const list = typeof value === 'string' ? parsed(value) : value;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Old {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
