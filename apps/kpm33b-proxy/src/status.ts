import type { Message } from '@meterbridge/core/mqtt';
import type { ServiceLine } from '@meterbridge/core/runtime';
import type { Outgoing } from '@meterbridge/core/store';
import { DROP_REASONS } from '@meterbridge/kpm33b';
import manifest from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';

const since = new Date().toISOString();

/** Below the status topic: whether the proxy runs; birth message and last will. */
export function stateMessage(config: Config, status: 'online' | 'offline'): Message {
  const payload = JSON.stringify({ status, version: manifest.version, since });
  return { topic: stateTopic(config), payload, qos: 1, retain: true };
}

/** How many messages were passed on and dropped since the start. */
export function countersMessage(config: Config, { readings, reports }: ServiceLine): Outgoing {
  const dropped = Object.fromEntries(DROP_REASONS.map((reason) => [reason, reports.get(reason) ?? 0]));
  const payload = JSON.stringify({ time: new Date().toISOString(), passed: readings, dropped });
  return { topic: `${stateTopic(config)}/counters`, payload, qos: 0, retain: false, backlogTopic: null };
}

function stateTopic({ central_broker_topics: { status_topic: status }, shard }: Config): string {
  return shard.count > 1 ? `${status}/proxy/${shard.index}` : `${status}/proxy`;
}
