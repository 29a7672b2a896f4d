import * as z from 'zod';

// What Meter2MQTT reads: numbers may stand as texts and texts as numbers, and a key without a value is not set.

const text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .nullish()
  .transform((value) => value || undefined);
const flag = text.transform((value) =>
  value === undefined ? undefined : /^(?:true|1|yes|on)$/i.test(value),
);
const count = text.transform((value) => (value === undefined ? undefined : Number(value)));
const list = z
  .union([z.array(z.string()), z.string().transform((one) => [one])])
  .nullish()
  .transform((values) => values ?? []);

/** `config.yaml`. */
export const oldConfig = z.looseObject({
  mqtt: z
    .looseObject({
      host: text,
      port: text,
      client: text,
      authentication: flag,
      username: text,
      password: text,
      tls_enabled: flag,
      tls_ca_cert: text,
      tls_cert: text,
      tls_key: text,
      tls_insecure: flag,
      qos: text,
      retain: flag,
      topic_prefix: text,
    })
    .prefault({}),
  logging: z.looseObject({ level: text }).prefault({}),
  homeassistant: z.looseObject({ enabled: flag, discovery_prefix: text }).prefault({}),
});
export type OldConfig = z.output<typeof oldConfig>;

/** A file in `config.d`. */
export const oldDevice = z.looseObject({
  type: text,
  connection: text,
  port: text,
  url: text,
  host: text,
  version: text,
  parameters: list,
  poll_interval: count,
  serial_options: z
    .looseObject({ baudrate: text, bytesize: text, parity: text, stopbits: text })
    .prefault({}),
});
export type OldDevice = z.output<typeof oldDevice>;
