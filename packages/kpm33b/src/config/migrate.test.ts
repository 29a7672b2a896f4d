import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { migrate } from './migrate.ts';
import { internalBroker, kpm33bSections } from './sections.ts';

const OLD = `
internal_broker:
  host: 0.0.0.0
  port: 11883
central_broker:
  host: 10.4.4.17
  port: 1883
  username: house
  password: "1234"
  keepalive: 30
internal_broker_topics:
  meter_seconds_data: MQTT_RT_DATA
  meter_minutes_data: MQTT_ENY_NOW
  meter_settime: MQTT_COMMOD_SET_
  meter_settime_ack: MQTT_COMMOD_SET_REP
tasmota_bridge_topics:
  rf_in: tele/433rfbridge/RESULT
central_broker_topics:
  external_main_topic: kpm33b
  status_topic: kpm33b/status
logging:
  level: Warning
kpm33b_meters:
  upload_frequency_seconds: 30
  upload_frequency_minutes: 5
  upload_frequency_seconds_by_device:
    33B1225950027: 60
  per_phase_device_ids:
    - 3071225900001
  exclude_device_ids:
  device_contexts:
    33B1225950027: Carport/Wallbox Zähler
`;

describe('a configuration of kpm33b_proxy', () => {
  const { yaml, notes } = migrate(OLD, { config_sender: { ack_timeout_seconds: 15 } });
  const tree = parse(yaml);

  it('becomes one of ours', () => {
    expect(tree).toEqual({
      mqtt: { url: 'mqtt://10.4.4.17:1883', username: 'house', password: '1234' },
      internal_broker: { host: '127.0.0.1', port: 11883 },
      log: { level: 'warn' },
      internal_broker_topics: {
        meter_seconds_data: 'MQTT_RT_DATA',
        meter_minutes_data: 'MQTT_ENY_NOW',
        meter_settime: 'MQTT_COMMOD_SET_',
        meter_settime_ack: 'MQTT_COMMOD_SET_REP',
      },
      central_broker_topics: { external_main_topic: 'kpm33b', status_topic: 'kpm33b/status' },
      kpm33b_meters: {
        upload_frequency_seconds: 30,
        upload_frequency_minutes: 5,
        upload_frequency_seconds_by_device: { '33B1225950027': 60 },
        per_phase_device_ids: ['3071225900001'],
        device_contexts: { '33B1225950027': 'Carport/Wallbox Zähler' },
      },
      config_sender: { ack_timeout_seconds: 15 },
    });
    const { mqtt: _mqtt, log: _log, ...own } = tree;
    const schema = z.strictObject({ internal_broker: internalBroker, ...kpm33bSections });
    expect(schema.safeParse(own).error?.issues).toBeUndefined();
  });

  it('names what has no counterpart', () => {
    expect(notes).toEqual([
      'central_broker.keepalive: has no counterpart',
      'tasmota_bridge_topics: belongs to the bridge for 433 MHz sensors, which is no part of this program',
    ]);
  });

  it.each([
    ['no YAML', 'a: [', 'config/syntax'],
    ['YAML that cannot be resolved', 'internal_broker: *nowhere', 'config/syntax'],
    ['empty', '', 'config/invalid'],
    ['a list', '[]', 'config/invalid'],
    ['text', 'hello', 'config/invalid'],
    ['of another program', 'mqtt_broker: { host: house }', 'config/invalid'],
  ])('is refused if it is %s', (_, text, code) => {
    expect(() => migrate(text)).toThrow(expect.objectContaining({ code }));
  });

  it('says which of its sections hold nothing that can be taken over', () => {
    const sections = 'internal_broker: 5\nlogging: [INFO]\nkpm33b_meters:\n';
    expect(migrate(sections).notes).toEqual([
      'internal_broker: holds no keys with values',
      'logging: holds no keys with values',
    ]);
  });
});
