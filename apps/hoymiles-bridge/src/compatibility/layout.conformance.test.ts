import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from '@meterbridge/core/codec';
import type { Message } from '@meterbridge/core/mqtt';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { plantOfBlocks } from '../meters/plant-of-blocks.ts';
import type { PortBlock } from '../protocol/block.ts';
import { PlantReadings } from '../readings.ts';
import { settingsOf } from '../settings.ts';
import { layoutOf } from './index.ts';

const folder = conformancePath('hoymiles');

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const cases: readonly Json[] =
  folder === null
    ? []
    : readdirSync(join(folder, 'bridge'))
        .filter((file) => file.startsWith('ha-'))
        .map((file) => JSON.parse(readFileSync(join(folder, 'bridge', file), 'utf8')));

const decimal = (value: number): Decimal => Decimal.parse(String(value))!;

function blockOf(port: Json): PortBlock {
  return {
    dataType: 0x0c,
    serial: port.serial,
    port: port.port,
    pvVoltage: decimal(port.pv_voltage_v),
    pvCurrent: decimal(port.pv_current_a),
    gridVoltage: decimal(port.grid_voltage_v),
    gridFrequency: decimal(port.grid_frequency_hz),
    pvPower: decimal(port.pv_power_w),
    today: port.today_wh,
    total: port.total_wh,
    temperature: decimal(port.temperature_c),
    status: port.operating_status,
    alarmCode: port.alarm_code,
    alarmCount: port.alarm_count,
    linkStatus: port.link_status,
  };
}

const plain = ({ payload, ...rest }: Message) => ({ ...rest, payload: JSON.parse(payload) });
const byTopic = (messages: readonly Json[]) => messages.toSorted((a, b) => a.topic.localeCompare(b.topic));

describe.skipIf(folder === null)(
  `the old layout${folder ? '' : ` (${conformanceReason('hoymiles')})`}`,
  () => {
    it.each(cases)('$name', ({ input, expect: wanted }) => {
      const expiry = input.expire_after > 0 ? { expire_after: `${input.expire_after}s` } : {};
      const meters = [{ id: 'roof', host: 'dtu', protocol: 'modbus' as const, ...expiry }];
      const parsed = config.parse({
        mqtt: { url: 'mqtt://localhost' },
        compatibility: 'hoymiles-mqtt',
        meters,
      });
      const layout = layoutOf(parsed)!;
      const plant = plantOfBlocks(input.dtu_serial, input.ports.map(blockOf));
      const noon = Date.UTC(2024, 5, 10, 10);
      const readings = new PlantReadings(settingsOf(parsed.meters[0]!)).read(plant, noon);
      const configs = readings.flatMap(({ meter, values }) => {
        const measurements = new Map(values.map(({ measurement }) => [measurement.key, measurement]));
        return layout.announcements({ meter, measurements, expireAfterS: null });
      });
      expect(byTopic(configs.map(plain))).toEqual(byTopic(wanted.configs));
      const states = readings.flatMap((reading) => layout.states(reading));
      expect(byTopic(states.map(plain))).toEqual(byTopic(wanted.states));
    });
  },
);
