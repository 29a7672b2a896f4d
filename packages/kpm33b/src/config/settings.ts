import type { ConfigFlowSettings } from '../config-flow.ts';
import type { MeterSettings, ProxySettings } from '../settings.ts';
import type { Kpm33bConfig } from './sections.ts';

export function proxySettings(config: Kpm33bConfig, discoveryPrefix: string): ProxySettings {
  const { internal_broker_topics: internal, central_broker_topics: central } = config;
  return {
    secondsTopic: internal.meter_seconds_data,
    minutesTopic: internal.meter_minutes_data,
    mainTopic: central.external_main_topic,
    discoveryPrefix,
    meters: meterSettings(config),
  };
}

export function configFlowSettings(config: Kpm33bConfig): ConfigFlowSettings {
  const { ack_timeout_seconds, retry_after_seconds } = config.config_sender;
  return {
    mainTopic: config.central_broker_topics.external_main_topic,
    commandPrefix: config.internal_broker_topics.meter_settime,
    ackTimeoutMs: 1000 * ack_timeout_seconds,
    retryAfterMs: 1000 * retry_after_seconds,
    meters: meterSettings(config),
  };
}

/** Maps and sets, as ids such as `constructor` are names of what every object has. */
function meterSettings({ kpm33b_meters: meters }: Kpm33bConfig): MeterSettings {
  return {
    uploadSeconds: meters.upload_frequency_seconds,
    uploadSecondsByMeter: new Map(Object.entries(meters.upload_frequency_seconds_by_device)),
    uploadMinutes: meters.upload_frequency_minutes,
    expireAfterFactor: meters.expire_after_factor,
    perPhaseMeters: new Set(meters.per_phase_device_ids),
    perPhaseGroups: new Set(meters.per_phase_groups),
    excluded: new Set(meters.exclude_device_ids),
    rememberedTimes: meters.duplicate_dict_max_length,
    contexts: new Map(Object.entries(meters.device_contexts)),
  };
}
