import type { Message } from '@meterbridge/core/mqtt';
import manifest from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';

const since = new Date().toISOString();

/** Below the status topic: whether the config sender runs; birth message and last will. */
export function stateMessage(config: Config, status: 'online' | 'offline'): Message {
  const payload = JSON.stringify({ status, version: manifest.version, since });
  const topic = `${config.central_broker_topics.status_topic}/config-sender`;
  return { topic, payload, qos: 1, retain: true };
}
