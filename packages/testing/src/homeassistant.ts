import { type Check, checkKeys, type DiscoveryContext } from './homeassistant/check.ts';
import { checkEntity } from './homeassistant/entity.ts';
import { expand } from './homeassistant/expand.ts';
import { type HomeAssistantTables, homeAssistantTables, type KeyRules } from './homeassistant/tables.ts';
import { isObject, isOfType, isText, isWebAddress, type Json } from './homeassistant/values.ts';

export type { DiscoveryContext } from './homeassistant/check.ts';
export { type HomeAssistantTables, homeAssistantTables } from './homeassistant/tables.ts';

/**
 * The ids of the rules (`rules.json` of the conformance data) that a discovery message breaks.
 *
 * @throws Error where the conformance data is absent: ask `conformancePath('homeassistant')` first
 */
export function violations(topic: string, payload: string, context: DiscoveryContext = {}): string[] {
  const tables = homeAssistantTables();
  const broken = new Set<string>();
  const demand = (rule: string, holds: boolean): void => {
    if (!holds) broken.add(rule);
  };
  const component = componentOf(topic, tables);
  demand('T1', component !== null);
  demand('T2', context.retain !== false && (context.qos ?? 1) === 1);
  if (component !== null && payload !== '') {
    const message = parse(payload);
    demand('J1', message !== null);
    if (message) checkMessage({ tables, context, demand }, component, expand(message, tables.abbreviations));
  }
  return [...broken];
}

/** What a discovery topic announces (`sensor`, `device`, …), or null if it is not one. */
function componentOf(topic: string, { keys }: HomeAssistantTables): string | null {
  const [prefix, component = '', ...rest] = topic.split('/');
  if (prefix === '' || rest.length < 2 || rest.length > 3 || rest.pop() !== 'config') return null;
  const id = new RegExp(keys.topic.id_regex);
  const isKnown = component === 'device' || keys.components_supported.includes(component);
  return isKnown && rest.every((level) => id.test(level)) ? component : null;
}

function parse(payload: string): Json | null {
  try {
    const message: unknown = JSON.parse(payload);
    return isObject(message) ? message : null;
  } catch {
    return null;
  }
}

function checkMessage(check: Check, component: string, message: Json): void {
  if (message.migrate_discovery === true && Object.keys(message).length === 1) return;
  if ('device' in message) checkDevice(check, message.device);
  if ('origin' in message) checkOrigin(check, message.origin);
  if (component === 'device') {
    checkComponents(check, message);
    return;
  }
  const { platform: _, ...common } = check.tables.keys.common_keys;
  check.demand('B1', 'origin' in message);
  check.demand('I1', isText(message.unique_id) && message.unique_id !== '');
  checkEntity(check, { component, own: message, all: message, device: deviceOf(message) }, common);
}

const deviceOf = ({ device }: Json): Json => (isObject(device) ? device : {});

function checkComponents(check: Check, message: Json): void {
  const { demand, tables } = check;
  const { required, optional } = tables.keys.root_device_discovery;
  const { device: _, origin: __, ...common } = tables.keys.common_keys;
  demand(
    'D2',
    required.every((key) => isObject(message[key])),
  );
  const rules = { ...tables.keys.components.number?.keys, ...common };
  checkKeys(check, message, pick([...required, ...optional], rules));
  const inherited = Object.fromEntries(Object.entries(message).filter(([key]) => optional.includes(key)));
  const ids = new Set<string>();
  for (const own of Object.values(isObject(message.components) ? message.components : {})) {
    const component = isObject(own) && isText(own.platform) ? own.platform : '';
    demand('D3', tables.keys.components_supported.includes(component));
    if (!isObject(own) || component === '' || Object.keys(own).length === 1) continue;
    demand('D3', isText(own.unique_id) && own.unique_id !== '');
    const id = `${component} ${own.unique_id}`;
    demand('I1', !ids.has(id));
    ids.add(id);
    checkEntity(check, { component, own, all: { ...inherited, ...own }, device: deviceOf(message) }, common);
  }
}

/** The rules of these keys; a key without one takes any value. */
function pick(keys: readonly string[], rules: KeyRules): KeyRules {
  return Object.fromEntries(keys.map((key) => [key, rules[key] ?? { type: 'any' }]));
}

function checkDevice(check: Check, device: unknown): void {
  const { at_least_one_of, keys } = check.tables.keys.device;
  check.demand('D1', isObject(device));
  if (!isObject(device)) return;
  const { identifiers = [], connections = [] } = device;
  const isPair = (pair: unknown): boolean => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
  const ids = at_least_one_of.flatMap((key) => device[key] ?? []);
  check.demand('D1', ids.length > 0 && ids.every((id) => id !== ''));
  check.demand('D1', isOfType(identifiers, { type: 'string|list<string>' }, check.tables));
  check.demand('D1', Array.isArray(connections) && connections.every(isPair));
  checkKeys(check, device, typed(keys));
}

function checkOrigin(check: Check, origin: unknown): void {
  const { required, keys } = check.tables.keys.origin;
  check.demand('O1', isObject(origin));
  if (!isObject(origin)) return;
  check.demand(
    'O1',
    required.every((key) => isText(origin[key]) && origin[key] !== ''),
  );
  check.demand('O1', origin.support_url === undefined || isWebAddress(origin.support_url));
  checkKeys(check, origin, typed(keys));
}

const typed = (types: Readonly<Record<string, string>>): KeyRules =>
  Object.fromEntries(Object.entries(types).map(([key, type]) => [key, { type }]));
