import { keepalive, secret, tcpPort } from '@meterbridge/core/config';
import * as z from 'zod';
import { PER_PHASE_GROUPS } from '../measurements.ts';
import { UPLOAD_MINUTES, UPLOAD_SECONDS } from '../upload-interval.ts';
import { byDevice, deviceId, topic, topicPrefix } from './pieces.ts';

/** Where the meters publish. They know nothing of TLS. */
export const internalBroker = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Name or address of the internal broker.'),
    port: tcpPort.default(11_883).describe('Its port.'),
    username: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: 'User name at the internal broker.', examples: ['proxy'] }),
    password: secret()
      .exactOptional()
      .meta({ description: 'Password at the internal broker.', examples: ['change-me'] }),
    client_id: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: 'Client id at the internal broker. Default: made from the name of the app.',
        examples: ['meterbridge-cellar'],
      }),
    keepalive,
  })
  .prefault({})
  .describe('Connection to the broker of the meters.');

const uploadSeconds = z.literal([...UPLOAD_SECONDS]);

const internalBrokerTopics = z
  .strictObject({
    meter_seconds_data: topic.default('MQTT_RT_DATA').describe('Where the meters publish electrical values.'),
    meter_minutes_data: topic.default('MQTT_ENY_NOW').describe('Where the meters publish their counters.'),
    meter_settime: topicPrefix
      .default('MQTT_COMMOD_SET_')
      .describe(
        'Topic of the command that sets an upload interval, without the last eight characters of the id.',
      ),
    meter_settime_ack: topic.default('MQTT_COMMOD_SET_REP').describe('Where the meters answer that command.'),
  })
  .refine((topics) => topics.meter_seconds_data !== topics.meter_minutes_data, {
    error: 'must be another topic than meter_seconds_data',
    path: ['meter_minutes_data'],
  });

const centralBrokerTopics = z.strictObject({
  external_main_topic: topic
    .refine((main) => main !== 'homeassistant', { error: 'must not be the topic of Home Assistant' })
    .default('kpm33b')
    .describe('First level, or levels, of what is published: <main>[/<context>]/<id>/seconds|minutes.'),
  status_topic: topic
    .default('kpm33b/status')
    .describe('Where proxy and config sender tell whether they run: <status>/proxy, <status>/config-sender.'),
});

const meters = z.strictObject({
  upload_frequency_seconds: uploadSeconds
    .default(60)
    .describe('Seconds between two uploads of electrical values.'),
  upload_frequency_minutes: z
    .literal([...UPLOAD_MINUTES])
    .default(1)
    .describe('Minutes between two uploads of the counters.'),
  upload_frequency_seconds_by_device: byDevice(uploadSeconds)
    .default({})
    .meta({
      description: 'Other seconds for some meters, by id.',
      examples: [{ '33B1225950027': 30 }],
    }),
  expire_after_factor: z
    .number()
    .gt(1)
    .default(2.5)
    .describe('Home Assistant takes a value for lost after so many intervals.'),
  per_phase_device_ids: z
    .array(deviceId)
    .default([])
    .meta({ description: 'Meters whose values per phase are published too.', examples: [['33B1225950027']] }),
  per_phase_groups: z
    .array(z.enum(PER_PHASE_GROUPS))
    .default(['current', 'power', 'voltage'])
    .describe('Which values per phase.'),
  exclude_device_ids: z.array(deviceId).default(['33B120000000']).describe('Meters that are ignored.'),
  duplicate_dict_max_length: z
    .int()
    .min(1)
    .max(10_000)
    .default(30)
    .describe('How many times of each meter are remembered, to know a message that comes twice.'),
  device_contexts: byDevice(topic)
    .default({})
    .meta({
      description: 'Topic levels before the id, by id; the name of the device in Home Assistant, too.',
      examples: [{ '33B1225950027': 'Main Panel' }],
    }),
});

const configSender = z.strictObject({
  ack_timeout_seconds: z
    .number()
    .positive()
    .max(3600)
    .default(3)
    .describe('How long a meter may take to answer a command; real ones often need more than 3: 15 is safe.'),
  retry_after_seconds: z
    .number()
    .positive()
    .max(86_400)
    .default(60)
    .describe(
      'A meter that did not answer gets its commands again when it is heard next; after that not before this time has passed, doubled each time, up to 1 h.',
    ),
});

/** What proxy and config sender both take, so that one file can serve both. */
export const kpm33bSections = {
  internal_broker_topics: internalBrokerTopics
    .prefault({})
    .describe('Topics of the meters on the internal broker.'),
  central_broker_topics: centralBrokerTopics.prefault({}).describe('Topics on the central broker.'),
  kpm33b_meters: meters.prefault({}).describe('The meters.'),
  config_sender: configSender.prefault({}).describe('Sending of the upload intervals.'),
};

export type Kpm33bConfig = z.output<z.ZodObject<typeof kpm33bSections>>;
export type InternalBroker = z.output<typeof internalBroker>;
