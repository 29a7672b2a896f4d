import { type Section, sectionOf } from '@meterbridge/core/config';

/** Keys that are taken over, by their path. */
const TAKEN: ReadonlySet<string> = new Set(
  `mqtt_broker mqtt_port mqtt_username mqtt_password mbus_port mbus_baudrate mbus_scan_interval_minutes enable_debug
  enable_discovery discovery_interval_minutes reading_interval_minutes known_devices
  mqtt.broker mqtt.port mqtt.username mqtt.password mqtt.client_id mqtt.qos mqtt.keepalive
  mbus.port mbus.baudrate mbus.scan_interval mbus.read_interval homeassistant.discovery_prefix homeassistant.availability.expire_after
  persistence.database
  persistence.history_days persistence.max_queue_size monitoring.enable_http monitoring.http_port logging.level
  logging.format logging.file logging.max_size_mb logging.backup_count advanced.circuit_breaker.failure_threshold
  advanced.circuit_breaker.timeout`.split(/\s+/),
);

const TOPICS =
  'values stay below it, under the names of parameters that this bridge has (energy, not energie_wh); all else is below mqtt.base_topic (meters)';

/** What becomes of the others. */
const NOTES: Readonly<Record<string, string>> = {
  mqtt_topic: TOPICS,
  use_cli_v2: 'there is one program only',
  'mqtt.topic_prefix': TOPICS,
  'mqtt.reconnect': 'the bridge decides by itself when it connects again',
  'mbus.timeout': 'times follow from the speed; answer_timeout and tcp_latency change them',
  'mbus.max_retries': 'a request is sent three times, as the standard says',
  'mbus.retry_delay': 'a request is sent again as soon as the line is silent',
  'homeassistant.availability.heartbeat_interval': 'the bridge tells once a minute that it is there',
  'homeassistant.bridge_state_topic': 'is meters/bridge/mbus-gateway/state now',
  'persistence.enable_recovery': 'what was not sent is always kept over a restart',
  'persistence.cleanup_interval': 'the bridge cleans up by itself',
  'monitoring.enable_metrics': 'metrics are a part of http',
  'monitoring.metrics_path': 'is /metrics now',
  'monitoring.enable_watchdog': 'the watchdog is fed whenever systemd asks for it',
  'monitoring.watchdog_interval': 'follows from WatchdogSec= of the unit',
  'logging.error_file': 'errors stand in the one file, with their level',
  gateway: 'the gateway shows itself as what it is',
  'advanced.circuit_breaker.enabled': 'each meter has a breaker',
  'advanced.worker_threads': 'there are none to be set',
  'advanced.graceful_shutdown_timeout': 'a stop takes some seconds at most',
  'advanced.memory_limit_mb': 'belongs into the unit of systemd, or to the container',
};

/** `key: what becomes of it` for all keys that are not taken over. */
export function notesOn(old: Section, above = ''): readonly string[] {
  return Object.entries(old).flatMap(([key, value]) => {
    const path = above + key;
    if (TAKEN.has(path)) return [];
    const note = NOTES[path];
    if (note) return [`${path}: ${note}`];
    const section = sectionOf(value);
    return Object.keys(section).length > 0 ? notesOn(section, `${path}.`) : [`${path}: has no counterpart`];
  });
}
