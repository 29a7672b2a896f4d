import { textOf } from '@meterbridge/core/config';
import { type Old, recordsOf } from './old.ts';

/** What becomes of settings that have no key of their own here. */
const NOTES: Readonly<Record<string, string>> = {
  comm_timeout: 'requests wait 3 s, as before by default',
  comm_retries: 'a request that fails is sent once more over a new connection',
  comm_reconnect_delay: 'set breaker.reset_after for a DTU that fails again and again',
  comm_reconnect_delay_max: 'set breaker.reset_after for a DTU that fails again and again',
  log_to_console: 'the log is always written to standard output',
  microinverter_type: 'is known from the serial number',
  metrics_enabled: '/metrics is there whenever the page is',
  alerts_enabled: 'was never carried out; Home Assistant and Prometheus can do it',
  dtu_offline_threshold: 'was never carried out; see breaker.failures',
  temperature_threshold: 'was never carried out',
  production_drop_threshold: 'was never carried out',
  exponential_backoff: 'is always on',
  dump_data: 'the page keeps the last frames of each DTU; support-bundle writes them to a file',
  dump_data_path: 'see dump_data',
};

/** Keys that are taken over. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['mqtt_broker', 'mqtt_port', 'mqtt_user', 'mqtt_password', 'mqtt_password_file', 'mqtt_client_id'],
  ...['mqtt_tls', 'mqtt_tls_insecure', 'mqtt_tls_ca_cert', 'mqtt_topic_prefix'],
  ...['dtu_host', 'dtu_port', 'modbus_unit_id', 'dtu_configs', 'query_period', 'expire_after', 'timezone'],
  ...['reset_hour', 'mi_entities', 'port_entities', 'exclude_inverters', 'value_multipliers'],
  ...['entity_friendly_names', 'persistence_enabled', 'database_path', 'health_enabled', 'health_host'],
  ...['health_port', 'circuit_breaker_threshold', 'dry_run', 'log_level', 'log_file', 'log_format'],
]);

/** Every key that the programs before knew; variables with other names are not theirs. */
export const KNOWN: ReadonlySet<string> = new Set([...TAKEN, ...Object.keys(NOTES)]);

/** Known, but nothing comes of it. */
export function isEffectless(key: string): boolean {
  return key in NOTES;
}

export function notesOn(old: Old, dtus: number): readonly string[] {
  const notes = Object.keys(old).flatMap((key) => {
    if (TAKEN.has(key)) return [];
    return [`${key}: ${NOTES[key] ?? 'is not known; it has no counterpart'}`];
  });
  if (old.mqtt_broker === undefined) notes.push('mqtt_broker: is missing; set mqtt.url');
  if (dtus === 0) notes.push('dtu_host: is missing; set the host of the DTU');
  if (textOf(old.dtu_host) && recordsOf(old.dtu_configs).length > 0)
    notes.push('dtu_host: dtu_configs names the DTUs; this one is not taken over');
  if (old.database_path !== undefined)
    notes.push('database_path: a new file is begun beside it; the totals of the DTU are read anew');
  notes.push(
    'topics: stay as they are, beside new ones in meters/hoymiles/…; see compatibility in the README',
  );
  return notes;
}
