import type { HomeAssistantTables } from './tables.ts';
import { isObject, isText, type Json } from './values.ts';

type Names = Readonly<Record<string, string>>;

/** A message with its short keys made long and its base topic `~` put in. */
export function expand(message: Json, abbreviations: HomeAssistantTables['abbreviations']): Json {
  const base = message['~'];
  const fill = (key: string, value: unknown): unknown =>
    isText(base) && isText(value) && key.endsWith('topic') ? value.replace(/^~|~$/g, () => base) : value;
  const expandEntity = (entity: Json): Json =>
    mapValues(lengthen(entity, abbreviations.entity), (key, value) => {
      if (key === 'device' && isObject(value)) return lengthen(value, abbreviations.device);
      if (key === 'origin' && isObject(value)) return lengthen(value, abbreviations.origin);
      if (key === 'components' && isObject(value)) return mapValues(value, (_, part) => expandPart(part));
      if (key === 'availability' && Array.isArray(value)) return value.map(expandPart);
      return fill(key, value);
    });
  const expandPart = (part: unknown): unknown => (isObject(part) ? expandEntity(part) : part);
  const { '~': _, ...expanded } = expandEntity(message);
  return expanded;
}

function lengthen(object: Json, names: Names): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value]));
}

function mapValues(object: Json, change: (key: string, value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}
