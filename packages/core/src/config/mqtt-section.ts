import * as z from 'zod';
import { splitCredentials } from './broker.ts';
import { duration, mqttUrl, secret, topicTemplate } from './schema.ts';

/** MQTT counts the keep-alive in seconds, 16 bits (MQTT 5, section 3.1.2.10). */
const MAX_KEEPALIVE_MS = 65_535_000;

const tls = z.strictObject({
  ca_file: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description: 'Certificate authority of the broker (PEM); needed when it is not a public one.',
      examples: ['/etc/meterbridge/ca.pem'],
    }),
  cert_file: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description: 'Certificate of this client (PEM), for brokers that ask for one.',
      examples: ['/etc/meterbridge/client.pem'],
    }),
  key_file: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description: 'Private key that belongs to cert_file (PEM).',
      examples: ['/etc/meterbridge/client.key'],
    }),
  insecure: z
    .boolean()
    .default(false)
    .describe('Do not check the certificate of the broker: for tests only.'),
});

const topics = z.strictObject({
  reading: topicTemplate(['base', 'type', 'meter'], ['meter'])
    .default('{base}/{type}/{meter}')
    .describe('Topic of the JSON with all values of a meter.'),
  attribute: topicTemplate(['base', 'type', 'meter', 'parameter'], ['meter', 'parameter'])
    .default('{base}/{type}/{meter}/{parameter}')
    .describe('Topic of one value as plain text.'),
});

const account = {
  url: mqttUrl.meta({
    description: 'Address of the broker; mqtts:// for TLS.',
    examples: ['mqtt://localhost:1883'],
  }),
  username: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'User name at the broker.', examples: ['meterbridge'] }),
  password: secret()
    .exactOptional()
    .meta({ description: 'Password at the broker.', examples: ['change-me'] }),
  client_id: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description:
        'Client id at the broker, one per running instance. Default: made from the name of the app.',
      examples: ['meterbridge-cellar'],
    }),
};

export const keepalive = duration
  .refine((ms) => ms >= 1000 && ms <= MAX_KEEPALIVE_MS, { error: 'must be a duration from 1s to 18h' })
  .prefault('15s')
  .describe('How often the connection is checked when nothing is sent.');

const upkeep = {
  keepalive,
  tls: tls.prefault({}).describe('Encryption, for mqtts:// addresses.'),
};

const mqttKeys = z.strictObject({
  ...account,
  base_topic: topicTemplate().default('meters').describe('First level, or levels, of all topics.'),
  qos: z
    .literal([0, 1, 2])
    .default(1)
    .describe('Quality of service of readings. With 1 or 2 they are kept while the broker is away.'),
  retain: z
    .boolean()
    .default(true)
    .describe('Let the broker keep the last reading for whoever subscribes later.'),
  output: z
    .enum(['json', 'attributes', 'both'])
    .default('both')
    .describe('Publish one JSON per reading, one topic per value, or both.'),
  topics: topics.prefault({}).describe('Shape of the topics.'),
  ...upkeep,
});

/** Connection to a broker. After loading, credentials from the URL stand in `username` and `password`. */
export const mqtt = mqttKeys.transform(({ url, ...keys }) => ({ ...splitCredentials(url), ...keys }));

/** The same without the topics of a bridge, for a service that has topics of its own. */
export const brokerConnection = z
  .strictObject({ ...account, ...upkeep })
  .transform(({ url, ...keys }) => ({ ...splitCredentials(url), ...keys }));
