import { bridgeConfig, duration, meterBase, tcpPort, timetable, timezone } from '@meterbridge/core/config';
import * as z from 'zod';
import { measurementName } from './measurement-name.ts';
import {
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  METER_MEASUREMENTS,
  PORT_MEASUREMENTS,
} from './meters/measurements.ts';

export type Protocol = 'modbus' | 'protobuf';

/** More often, and a DTU does not find the time to upload to the cloud. */
const SHORTEST_MS = 31_000;
/** DTUs that are asked too often on Modbus lock up. */
const MODBUS_INTERVAL_MS = 60_000;
const PROTOBUF_INTERVAL_MS = 35_000;

const SERIAL = 'must be a serial number of 12 digits in quotes, such as "116100000001"';

const serial = z.string({ error: SERIAL }).regex(/^[0-9a-f]{12}$/i, { error: SERIAL });
const anyMeasurement = measurementName(
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  PORT_MEASUREMENTS,
  METER_MEASUREMENTS,
);
const { cron } = timetable('35s');

const dtu = z
  .strictObject({
    ...meterBase,
    host: z
      .string()
      .min(1)
      .meta({ description: 'Name or IP address of the DTU.', examples: ['192.168.1.20'] }),
    port: tcpPort
      .exactOptional()
      .meta({ description: 'Default: 502 for Modbus, 10081 for protobuf.', examples: [502] }),
    protocol: z
      .enum(['auto', 'modbus', 'protobuf'])
      .default('auto')
      .describe('What the DTU speaks. auto tries both and stays with the one that is answered.'),
    framing: z
      .enum(['tcp', 'rtu-over-tcp'])
      .default('tcp')
      .describe('Modbus: rtu-over-tcp for a transparent serial server on the RS485 port of the DTU.'),
    unit: z.int().min(1).max(255).default(1).describe('Modbus: unit id; on RS485 the address, 101 to 254.'),
    addressing: z
      .enum(['byte', 'word', 'newer'])
      .default('byte')
      .describe(
        'Modbus: word for emulators whose addresses count registers; DTUs count bytes. newer: the registers from 0x4000 of newer firmware, without alarms.',
      ),
    interval: duration.exactOptional().meta({
      description:
        'Time between two readings. Default: 35s, or 60s on Modbus; below 31s only with cloud: false.',
      examples: ['60s'],
    }),
    cron,
    cloud: z
      .boolean()
      .default(true)
      .describe('Leave the DTU time for its upload to the cloud. false allows intervals below 31s.'),
    fast_refresh: z
      .boolean()
      .default(true)
      .describe('Protobuf: ask the DTU to poll its inverters all the time; else values are minutes old.'),
    timezone: timezone.default('UTC').describe('In which days begin, and `cron` is meant.'),
    reset_hour: z
      .int()
      .min(0)
      .max(23)
      .default(0)
      .describe('Hour of the local clock at which the production of today begins anew.'),
    exclude_inverters: z
      .array(serial)
      .default([])
      .describe('Inverters that are neither published nor counted in the sums.'),
    inverter_entities: z
      .array(measurementName(INVERTER_MEASUREMENTS))
      .exactOptional()
      .meta({
        description: 'Measurements of inverters that are published; default: all.',
        examples: [['grid_voltage', 'temperature', 'operating_status']],
      }),
    port_entities: z
      .array(measurementName(PORT_MEASUREMENTS))
      .exactOptional()
      .meta({
        description: 'Measurements of ports that are published; default: all.',
        examples: [['pv_power', 'today_production', 'total_production']],
      }),
    value_multipliers: z
      .record(anyMeasurement, z.number())
      .default({})
      .describe('Factors by name of the measurement, for values that a firmware tells wrongly.'),
    entity_friendly_names: z
      .record(anyMeasurement, z.string().min(1))
      .default({})
      .describe('Names in Home Assistant by name of the measurement.'),
    control: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Take commands by MQTT: power limit, on and off, restart; see Control.'),
        temporary: z
          .boolean()
          .default(true)
          .describe(
            'Modbus: limits for all inverters last until they start anew, and wear nothing, where the DTU has such limits. false: inverters keep them for good.',
          ),
      })
      .prefault({})
      .describe('What the inverters may be told to do.'),
    rated_power: z
      .record(serial, z.number().positive())
      .exactOptional()
      .meta({
        description:
          'W of each inverter, for limits in watts. On protobuf most are known by their part number.',
        examples: [{ '116100000001': 1500 }],
      }),
    pv_current_decimals: z
      .record(serial, z.union([z.literal(1), z.literal(2)]))
      .exactOptional()
      .meta({
        description:
          'Modbus: decimals of the PV current of an inverter, where its serial number misleads: 1 or 2.',
        examples: [{ '104200000001': 1 }],
      }),
    meter_direction: z
      .enum(['normal', 'reversed'])
      .default('normal')
      .describe('Protobuf: reversed if import and export of the meter behind the DTU are swapped.'),
  })
  .superRefine(({ interval, cloud, protocol }, context) => {
    if (interval === undefined || interval >= SHORTEST_MS || !cloud || protocol === 'modbus') return;
    const message = 'must be 31s or longer, or the DTU cannot upload to the cloud; cloud: false allows less';
    context.addIssue({ code: 'custom', path: ['interval'], message });
  });

export const config = bridgeConfig({ meter: dtu }).extend({
  compatibility: z
    .enum(['none', 'hoymiles-mqtt'])
    .default('none')
    .describe(
      'hoymiles-mqtt: announce the entities of that program instead, with its topics of values, so that Home Assistant goes on with those it has.',
    ),
});

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [{ id: 'roof', host: '192.168.1.20', timezone: 'Europe/Amsterdam' }],
};

/** One DTU as in the configuration; each is read by itself. */
export type DtuEntry = z.output<typeof dtu>;

/** What is configured of each inverter, by its serial number as inverters tell it. */
export function bySerial<T>(configured: Readonly<Record<string, T>> = {}): ReadonlyMap<string, T> {
  return new Map(Object.entries(configured).map(([serial, value]) => [serial.toLowerCase(), value]));
}

/** Milliseconds between two readings, with the protocol that the DTU speaks, as far as that is known. */
export function intervalMsOf({ interval, protocol }: Pick<DtuEntry, 'interval' | 'protocol'>): number {
  return interval ?? (protocol === 'modbus' ? MODBUS_INTERVAL_MS : PROTOBUF_INTERVAL_MS);
}
