import type { HomeAssistantTables, KeyRule } from './tables.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === 'string';
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isInteger = (value: unknown): value is number => Number.isInteger(value);
export const isWebAddress = (value: unknown): boolean => isText(value) && /^https?:\/\/[^\s/]/.test(value);

/** Types of the key tables. Those that no meter message uses are not here and not checked. */
const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  'string|list<string>': (value) => isText(value) || isTextList(value),
  'list<string>': isTextList,
  template: isText,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  '0|1|2': (value) => value === 0 || value === 1 || value === 2,
  'int>=0': (value) => isInteger(value) && value >= 0,
  'int>0 seconds': (value) => isInteger(value) && value > 0,
  'url http|https|homeassistant': (value) =>
    isWebAddress(value) || (isText(value) && value.startsWith('homeassistant://')),
};

/** Whether a value is of the type that the tables give to its key. */
export function isOfType(
  value: unknown,
  rule: KeyRule,
  { sensors, binarySensors }: HomeAssistantTables,
): boolean {
  const type = rule.type.replace(/\|null$/, '');
  if (value === null) return type !== rule.type;
  if (type === 'enum') return isText(value) && rule.values?.includes(value) === true;
  if (type === 'sensor_device_class') return isText(value) && value in sensors.device_classes;
  if (type === 'number_device_class') return isText(value) && sensors.device_classes[value]?.numeric === true;
  if (type === 'binary_sensor_device_class') return isText(value) && value in binarySensors.device_classes;
  return checks[type]?.(value) ?? true;
}

/** Whether a text is a topic; only what is subscribed to may hold wildcards. */
export function isTopic(value: unknown, wildcards: boolean): boolean {
  if (!isText(value) || value === '' || value.includes('\0')) return false;
  if (!wildcards) return !/[+#]/.test(value);
  return value
    .split('/')
    .every(
      (level, i, levels) =>
        level === '+' || (level === '#' && i === levels.length - 1) || !/[+#]/.test(level),
    );
}
