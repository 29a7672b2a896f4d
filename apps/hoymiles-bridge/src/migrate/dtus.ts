import { numberOf, textOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { listOf, type Old, recordOf, recordsOf } from './old.ts';

type Dtu = NonNullable<z.input<typeof config>['meters']>[number];

/** The DTUs that are listed, or the one that is named. */
export function dtusOf(old: Old): readonly Dtu[] {
  const listed = recordsOf(old.dtu_configs);
  const host = textOf(old.dtu_host);
  const single: Old = { name: 'DTU', host, port: old.dtu_port, unit_id: old.modbus_unit_id };
  const all = listed.length > 0 ? listed : host ? [single] : [];
  const ids = new Set<string>();
  return all.map((one) => ({ ...dtuOf(one, ids), ...sharedOf(old) }));
}

function dtuOf(one: Old, ids: Set<string>): Pick<Dtu, 'id' | 'host' | 'protocol'> {
  const [port, unit] = [numberOf(one.port), numberOf(one.unit_id)];
  return {
    id: idOf(textOf(one.name) ?? 'DTU', ids),
    host: textOf(one.host) ?? 'localhost',
    protocol: 'modbus',
    ...(port !== null && port !== 502 && { port }),
    ...(unit !== null && unit !== 1 && { unit }),
  };
}

/** A name that fits into topics, and no other DTU has. */
function idOf(name: string, taken: Set<string>): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'dtu';
  let id = plain;
  for (let number = 2; taken.has(id); number++) id = `${plain}_${number}`;
  taken.add(id);
  return id;
}

function sharedOf(old: Old): Partial<Dtu> {
  const [period, expire, reset] = [old.query_period, old.expire_after, old.reset_hour].map(numberOf);
  const [inverterKeys, portKeys] = [listOf(old.mi_entities), listOf(old.port_entities)];
  const excluded = listOf(old.exclude_inverters);
  const multipliers = numbersIn(old.value_multipliers);
  const names = textsIn(old.entity_friendly_names);
  return {
    interval: `${period ?? 60}s`,
    timezone: textOf(old.timezone) ?? 'UTC',
    ...(reset !== null && reset !== undefined && { reset_hour: reset }),
    ...(expire && { expire_after: `${expire}s` }),
    ...(inverterKeys.length > 0 && { inverter_entities: [...inverterKeys] }),
    ...(portKeys.length > 0 && { port_entities: [...portKeys] }),
    ...(excluded.length > 0 && { exclude_inverters: [...excluded] }),
    ...(Object.keys(multipliers).length > 0 && { value_multipliers: multipliers }),
    ...(Object.keys(names).length > 0 && { entity_friendly_names: names }),
  };
}

function numbersIn(value: unknown): Record<string, number> {
  const entries = Object.entries(recordOf(value)).map(([key, one]) => [key, numberOf(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}

function textsIn(value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value)).map(([key, one]) => [key, textOf(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
