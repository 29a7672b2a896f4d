import type { Meter } from '../model/index.ts';

/**
 * An entity's name without the name of its device, which Home Assistant puts in front of it anyway:
 * `Gas volume` of the device `Gas` is `Volume`. null, the device's main feature, if nothing is left.
 */
export function entityName(name: string, device: string): string | null {
  const rest = name.slice(device.length);
  const repeats = device !== '' && name.slice(0, device.length).toLowerCase() === device.toLowerCase();
  if (!repeats || /^[\p{L}\p{N}]/u.test(rest)) return name;
  const own = rest.replace(/^[^\p{L}\p{N}]+/u, '');
  return own === '' ? null : entityName(own.charAt(0).toUpperCase() + own.slice(1), device);
}

/** Of a meter's device in Home Assistant. */
export function deviceId(app: string, meter: Meter): string {
  return `${app}_${meter.uniqueId}`;
}

/** Methods of Python's dict: in a template `value_json.items` is the method, not the key. */
const DICT_METHODS: ReadonlySet<string> = new Set([
  'clear',
  'copy',
  'fromkeys',
  'get',
  'items',
  'keys',
  'pop',
  'popitem',
  'setdefault',
  'update',
  'values',
]);

/** Takes one value out of the JSON of a reading. */
export function valueTemplate(key: string): string {
  return `{{ ${expressionOf(key)} }}`;
}

/** Takes what the info of the bridge tells of a meter. */
export function infoTemplate({ id }: Pick<Meter, 'id'>, key: string): string {
  const path = `selectattr("id", "eq", ${JSON.stringify(id)}) | map(attribute="${key}")`;
  return `{{ value_json.meters | ${path} | first | default(none, true) }}`;
}

/**
 * Takes as much of a text as Home Assistant takes for a state: one that is longer it drops as a whole.
 *
 * @param key in the JSON of a reading; null if the text is all there is
 */
export function textTemplate(key: string | null): string {
  return key === null ? '{{ value[:255] }}' : `{{ (${expressionOf(key)} | string)[:255] }}`;
}

function expressionOf(key: string): string {
  const isPlain = /^[a-z][a-z0-9_]*$/.test(key) && !DICT_METHODS.has(key);
  return isPlain ? `value_json.${key}` : `value_json[${JSON.stringify(key)}]`;
}
