import * as z from 'zod';
import { meterShape } from './meter-shape.ts';
import { brokerConnection, mqtt } from './mqtt-section.ts';
import { cron, duration, meterId, size, tcpPort, timezone, topicTemplate } from './schema.ts';
import { isBranch } from './tree.ts';

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
export type LogLevel = z.output<typeof logLevel>;
const componentLevel = (about: string) =>
  logLevel.exactOptional().meta({ description: `Instead of log.level, for ${about}.`, examples: ['debug'] });

const log = z.strictObject({
  level: logLevel.default('info').describe('The least important lines that are still written.'),
  levels: z
    .strictObject({
      meters: componentLevel('what the meters and their lines do'),
      mqtt: componentLevel('the connection to the broker and what it refuses'),
      store: componentLevel('what is kept on disk'),
      http: componentLevel('status page and health checks'),
    })
    .prefault({})
    .describe('Levels of single components.'),
  format: z
    .enum(['pretty', 'json'])
    .exactOptional()
    .meta({
      description: 'Lines for people or for machines. Default: pretty on a terminal, json elsewhere.',
      examples: ['json'],
    }),
  file: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .meta({
          description: 'File that receives the log lines too.',
          examples: ['/var/log/meterbridge/bridge.log'],
        }),
      max_size: size.prefault('10MB').describe('Size at which a new file is begun.'),
      rotate: z
        .enum(['hourly', 'daily', 'never'])
        .default('daily')
        .describe('When a new file is begun even if the size is not reached; daily: at midnight.'),
      max_files: z.int().min(1).max(1000).default(7).describe('How many old files are kept.'),
    })
    .exactOptional()
    .describe('Write the log to files as well.'),
});

const http = z.strictObject({
  enabled: z.boolean().default(true).describe('Serve status page, health and metrics.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 makes the page reachable from other machines.'),
  port: tcpPort.default(8080).describe('Port to listen on.'),
  hosts: z
    .array(z.string().min(1))
    .exactOptional()
    .meta({
      description:
        'Names by which browsers and Prometheus may ask, besides addresses, localhost and the name of the machine.',
      examples: [['meters.example.org']],
    }),
  metrics_values: z
    .boolean()
    .default(true)
    .describe('Show the values of the meters among the metrics, not only how the bridge is doing.'),
});

const outbox = z.strictObject({
  max_messages: z
    .int()
    .min(1)
    .default(100_000)
    .describe('How many messages are kept while the broker is away; beyond that the oldest are dropped.'),
  max_bytes: size.prefault('64MB').describe('How much they may take.'),
  max_age: duration.prefault('7d').describe('Messages older than this are dropped.'),
});

const history = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Keep the numbers of the meters for plots, a summary per minute.'),
  retention: duration.prefault('30d').describe('How long they are kept.'),
  max_size: size
    .prefault('256MB')
    .describe('How much they may take; beyond that the oldest go before their time.'),
});

const backup = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'Folder of the copies.', examples: ['/var/backups/meterbridge'] }),
  interval: duration.prefault('1d').describe('Time between two copies; another one is made at each stop.'),
  keep: z.int().min(1).max(1000).default(7).describe('How many copies are kept.'),
});

const store = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Keep readings over a restart, in one file. false: memory only, 16 MB of messages at most.'),
  path: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description: 'The file. Default: <name of the bridge>.db in the folder that the bridge is started in.',
      examples: ['/var/lib/meterbridge/bridge.db'],
    }),
  outbox: outbox.prefault({}).describe('What waits for the broker.'),
  history: history.prefault({}).describe('Values over time.'),
  backup: backup.exactOptional().describe('Copies of the file.'),
});

const homeassistant = z.strictObject({
  enabled: z.boolean().default(true).describe('Announce the meters to Home Assistant.'),
  discovery_prefix: topicTemplate()
    .default('homeassistant')
    .describe('Discovery prefix as set in Home Assistant.'),
});

const breaker = z.strictObject({
  failures: z
    .int()
    .min(1)
    .default(5)
    .describe(
      'Failed readings in a row after which a meter counts as offline and is left alone for a while.',
    ),
  reset_after: duration
    .prefault('60s')
    .describe(
      'How long it is left alone at first; if it goes on failing, longer each time, up to ten times as long.',
    ),
});

/** Keys of every meter; an app adds its own: `z.strictObject({ ...meterBase, address, … })`. */
export const meterBase = {
  id: meterId.meta({ description: 'Name of the meter in topics; must be unique.', examples: ['main'] }),
  name: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'Name for people. Default: made from the id.', examples: ['Main meter'] }),
  expire_after: duration.exactOptional().meta({
    description:
      'Without a reading for so long the meter counts as offline. Default: 5m, or more for slow meters.',
    examples: ['10m'],
  }),
  ...meterShape,
};

/**
 * Keys of every meter that is asked for its readings.
 * @param interval how often by default
 */
export function timetable(interval: string) {
  return {
    interval: duration.prefault(interval).describe('Time between two readings.'),
    cron: cron.exactOptional().meta({
      description:
        'Read at these times of the clock instead of every interval: minute, hour, day, month, weekday.',
      examples: ['59 * * * *'],
    }),
    timezone: timezone.exactOptional().meta({
      description: 'Time zone of `cron`. Default: that of the machine.',
      examples: ['Europe/Amsterdam'],
    }),
  };
}

type MeterShape = typeof meterBase & z.core.$ZodShape;

const dryRun = z
  .boolean()
  .default(false)
  .describe('Read the meters but publish nothing: what would be sent is written to the log.');

/** Sections that all apps have. */
const common = {
  log: log.prefault({}).describe('What is written to the log.'),
  http: http.prefault({}).describe('Status page, health and metrics.'),
  store: store.prefault({}).describe('What is kept on disk.'),
  homeassistant: homeassistant.prefault({}).describe('Discovery by Home Assistant.'),
};

/** The whole schema of a bridge; keys of the app itself are added with `.extend()`. */
export function bridgeConfig<Shape extends MeterShape>({ meter }: { readonly meter: z.ZodObject<Shape> }) {
  return z.strictObject({
    mqtt: mqtt.describe('Connection to the MQTT broker.'),
    ...common,
    breaker: breaker.prefault({}).describe('When a meter that fails is left alone.'),
    dry_run: dryRun,
    meters: z
      .array(meter.strict())
      // Also when other issues were found: all are reported at once.
      .superRefine(refuseTwins, { when: ({ value }) => Array.isArray(value) })
      .default([])
      .describe('The meters.'),
    meters_dir: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'Folder with one more meter in each *.yaml file, which is named as its id; changes are applied while the bridge runs.',
        examples: ['./config.d'],
      }),
  });
}

/** What every bridge's configuration holds once it is loaded. */
export type BaseConfig = z.output<ReturnType<typeof bridgeConfig<typeof meterBase>>>;

/** The whole schema of a service, which has topics of its own and no list of meters. */
export function serviceConfig<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject({
    mqtt: brokerConnection.describe('Connection to the MQTT broker.'),
    ...common,
    dry_run: dryRun,
    ...shape,
  });
}

/** What every app's configuration holds once it is loaded. */
export type CommonConfig = z.output<ReturnType<typeof serviceConfig<Record<never, never>>>>;

function refuseTwins(meters: readonly unknown[], context: z.core.$RefinementCtx<readonly unknown[]>): void {
  const first = new Map<unknown, number>();
  for (const [index, meter] of meters.entries()) {
    const id = isBranch(meter) ? meter.id : undefined;
    const twin = first.get(id);
    if (twin === undefined) {
      if (id !== undefined) first.set(id, index);
      continue;
    }
    const message = `is the id of meters[${twin}] too; must be unique`;
    context.addIssue({ code: 'custom', path: [index, 'id'], message });
  }
}
