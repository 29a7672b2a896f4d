import { isTrue, type Section, sectionOf } from '@meterbridge/core/config';

const NO_COUNTERPART = 'has no counterpart';
const ISO_TIMES = 'times are ISO 8601';
const LINE_FORMATS = 'lines are JSON or for people: log.format';
const JOURNAL = 'standard output goes to the journal of systemd';
const TAKEN = null;

/** Every key of kamstrup2mqtt, and what is to be said of those that are not taken over. */
const KEYS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  mqtt: {
    host: TAKEN,
    port: TAKEN,
    client: TAKEN,
    topic: TAKEN,
    device_id: 'the serial number of the meter takes its place',
    device_name: TAKEN,
    qos: TAKEN,
    retain: TAKEN,
    authentication: TAKEN,
    username: TAKEN,
    password: TAKEN,
    tls_enabled: TAKEN,
    tls_ca_cert: TAKEN,
    tls_cert: TAKEN,
    tls_key: TAKEN,
    tls_key_password: `${NO_COUNTERPART}: store the key without a password`,
    tls_insecure:
      'skipped the check of the host name only; if the certificate has another name, set mqtt.tls.insecure: true, which skips all checks',
    tls_version: 'client and broker agree on the newest version that both know',
  },
  serial_device: {
    url: TAKEN,
    com_port: TAKEN,
    baudrate: TAKEN,
    bytesize: TAKEN,
    parity: TAKEN,
    stopbits: TAKEN,
  },
  kamstrup: { parameters: TAKEN, poll_interval: TAKEN, version: TAKEN },
  homeassistant: { discovery_prefix: TAKEN },
  logging: {
    level: TAKEN,
    destinations: TAKEN,
    directory: TAKEN,
    filename: TAKEN,
    rotate_when: TAKEN,
    rotate_interval: 'a new file is begun once an hour, once a day, or never: log.file.rotate',
    backup_count: TAKEN,
    file_format: LINE_FORMATS,
    file_date_format: ISO_TIMES,
    stdout_format: LINE_FORMATS,
    stdout_date_format: ISO_TIMES,
    syslog_facility: JOURNAL,
    syslog_address: JOURNAL,
    syslog_format: JOURNAL,
  },
};

/** What becomes of keys that could not be taken over as they are. */
export function notesOn(old: Section): readonly string[] {
  return Object.entries(old).flatMap(([section, value]) => {
    const known = KEYS[section];
    if (!known) return [`${section}: ${NO_COUNTERPART}`];
    return Object.entries(sectionOf(value)).flatMap(([key, setting]) => {
      const isUnset = setting === null || setting === '' || (key === 'tls_insecure' && !isTrue(setting));
      const note = key in known ? known[key] : NO_COUNTERPART;
      return isUnset || !note ? [] : [`${section}.${key}: ${note}`];
    });
  });
}
