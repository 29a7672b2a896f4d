import { durationOf, logLevelOfPython, type Section, textOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';

type Config = z.input<typeof config>;

/** What version 2 says of the session at the broker. */
export function sessionOf(mqtt: Section) {
  const client = textOf(mqtt.client_id);
  const qos = ([0, 1, 2] as const).find((level) => String(level) === textOf(mqtt.qos));
  const keepalive = durationOf(mqtt.keepalive);
  return {
    ...(client && { client_id: client }),
    ...(qos !== undefined && { qos }),
    ...(keepalive && { keepalive }),
  };
}

/** Each value stays where it was, but for the name of its parameter. */
export function topicsOf(prefix: unknown, usual: string): Pick<Config['mqtt'], 'topics'> {
  return { topics: { attribute: `${textOf(prefix) ?? usual}/device/{meter}/{parameter}` } };
}

export function logOf(old: Section): Pick<Config, 'log'> {
  const level = logLevelOfPython(old.level);
  const path = textOf(old.file);
  const [size, files] = [old.max_size_mb, old.backup_count].map(textOf);
  const file = path && {
    path,
    ...(size && { max_size: `${size}MB` }),
    ...(Number(files) > 0 && { max_files: Number(files) }),
  };
  const log = {
    ...(level && { level }),
    ...(old.format === 'json' && { format: 'json' as const }),
    ...(file && { file }),
  };
  return Object.keys(log).length > 0 ? { log } : {};
}

/** It listened on all addresses. */
export function httpOf(old: Section): Pick<Config, 'http'> {
  if (old.enable_http === false) return { http: { enabled: false } };
  return { http: { host: '0.0.0.0', ...(textOf(old.http_port) && { port: Number(old.http_port) }) } };
}

export function storeOf(old: Section): NonNullable<Config['store']> {
  const path = textOf(old.database);
  const days = Number(textOf(old.history_days) ?? 7);
  const messages = Number(textOf(old.max_queue_size));
  return {
    // The file of before has another form.
    ...(path && { path: path.replace(/(\.\w+)?$/, '-meterbridge.db') }),
    ...(messages > 0 && { outbox: { max_messages: messages } }),
    history: days > 0 ? { retention: `${days}d` } : { enabled: false },
  };
}

export function breakerOf(old: Section): Pick<Config, 'breaker'> {
  const failures = Number(textOf(old.failure_threshold));
  const resetAfter = durationOf(old.timeout);
  const breaker = { ...(failures > 0 && { failures }), ...(resetAfter && { reset_after: resetAfter }) };
  return Object.keys(breaker).length > 0 ? { breaker } : {};
}
