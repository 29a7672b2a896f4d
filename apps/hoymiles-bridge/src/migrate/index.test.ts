import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { migrate } from './index.ts';

describe('settings of the programs before', () => {
  it('become a configuration that holds', () => {
    const migrated = migrate({
      mqtt_broker: 'mosquitto',
      mqtt_user: 'solar',
      mqtt_password: 'secret',
      dtu_configs: [
        { name: 'House', host: '192.168.1.20' },
        { name: 'House', host: '192.168.1.21', port: 1502, unit_id: 101 },
      ],
      query_period: 30,
      expire_after: 120,
      reset_hour: 23,
      timezone: 'Europe/Amsterdam',
      exclude_inverters: ['116100000001'],
      mi_entities: ['temperature'],
      value_multipliers: { pv_power: 1.1 },
      entity_friendly_names: { pv_power: 'Sun' },
      log_level: 'WARNING',
      circuit_breaker_threshold: 3,
      comm_timeout: 5,
      database_path: '/data/hoymiles-mqtt.db',
      temperature_threshold: 80,
    });
    const { mqtt, meters, breaker, log, store, compatibility } = config.parse(migrated.config);
    expect(compatibility).toBe('hoymiles-mqtt');
    expect(mqtt).toMatchObject({ url: 'mqtt://mosquitto:1883', username: 'solar', password: 'secret' });
    expect(store).toMatchObject({ path: '/data/hoymiles-bridge.db', backup: { path: '/data/backup' } });
    expect(breaker.failures).toBe(3);
    expect(log.level).toBe('warn');
    expect(meters).toMatchObject([
      { id: 'house', host: '192.168.1.20', protocol: 'modbus', interval: 30_000, reset_hour: 23 },
      { id: 'house_2', host: '192.168.1.21', port: 1502, unit: 101, value_multipliers: { pv_power: 1.1 } },
    ]);
    expect(migrated.notes.map((note) => note.split(':')[0])).toEqual([
      'comm_timeout',
      'temperature_threshold',
      'database_path',
      'topics',
    ]);
  });

  it('may be variables, where all is text', () => {
    const migrated = migrate({
      mqtt_broker: 'localhost',
      mqtt_tls: 'true',
      mqtt_tls_insecure: 'true',
      dtu_host: '10.0.0.5',
      query_period: '60',
      mi_entities: 'grid_voltage temperature',
      exclude_inverters: '["116100000001", "114100000002"]',
      dry_run: 'true',
      health_enabled: 'false',
    });
    const parsed = config.parse(migrated.config);
    expect(parsed).toMatchObject({ dry_run: true, http: { enabled: false } });
    expect(parsed.mqtt).toMatchObject({ url: 'mqtts://localhost:1883', tls: { insecure: true } });
    expect(parsed.meters[0]).toMatchObject({
      id: 'dtu',
      host: '10.0.0.5',
      inverter_entities: ['grid_voltage', 'temperature'],
      exclude_inverters: ['116100000001', '114100000002'],
    });
  });

  it('without a DTU say so', () => {
    expect(migrate({ mqtt_broker: 'x' }).notes[0]).toContain('dtu_host: is missing');
  });
});
