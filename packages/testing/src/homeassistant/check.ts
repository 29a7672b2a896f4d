import type { HomeAssistantTables, KeyRule, KeyRules } from './tables.ts';
import { isOfType, isTopic, type Json } from './values.ts';

/** What is known of a message besides its topic and payload; rules that need more than is given do not apply. */
export interface DiscoveryContext {
  readonly publishIntervalS?: number;
  readonly qos?: number;
  readonly retain?: boolean;
}

export interface Check {
  readonly tables: HomeAssistantTables;
  readonly context: DiscoveryContext;
  /** Notes a rule as broken unless it holds. */
  readonly demand: (rule: string, holds: boolean) => void;
}

/** A value of the wrong type has no rule of its own: it is reported like an unknown value of an enumeration. */
const WRONG_VALUE = 'C1';

/** K1, K2, and the type of every value. */
export function checkKeys({ tables, demand }: Check, object: Json, allowed: KeyRules): void {
  for (const [key, value] of Object.entries(object)) {
    const rule = allowed[key];
    if (rule) demand(key.endsWith('topic') ? 'P2' : WRONG_VALUE, isValue(value, rule, tables));
    else demand(key in tables.keys.removed_or_deprecated ? 'K2' : 'K1', false);
  }
}

function isValue(value: unknown, rule: KeyRule, tables: HomeAssistantTables): boolean {
  if (rule.type === 'publish_topic') return isTopic(value, false);
  if (rule.type === 'subscribe_topic') return isTopic(value, true);
  return isOfType(value, rule, tables);
}
