import type { PortBlock } from '../protocol/block.ts';
import { encodeMessage } from '../protocol/message.ts';
import type { PortRecord, SinglePhaseRecord } from '../protocol/messages.ts';
import type { DtuServerSettings } from './dtu-answers.ts';
import { numberOf, secondsOf } from './encoding.ts';

/** One page of the measurements. */
export function pageOf(page: number, settings: DtuServerSettings): Uint8Array {
  const { faults, frozen } = settings;
  const known = faults.strikes('frozen') ? frozen.get(page) : undefined;
  const payload = known ?? realData(page, settings);
  frozen.set(page, payload);
  return payload;
}

function realData(page: number, { plant, now, perPage, faults }: DtuServerSettings): Uint8Array {
  const all = plant.at(now());
  const pages = Math.max(1, Math.ceil(plant.inverters.length / perPage));
  const serials = plant.inverters.slice(page * perPage, (page + 1) * perPage).map(({ serial }) => serial);
  const own = all.filter(({ serial }) => serials.includes(serial));
  return encodeMessage('RealDataNew', {
    dtuSerial: plant.dtuSerial,
    // A DTU without time yet counts from its start.
    time: faults.strikes('not-ready') ? 901 : secondsOf(now),
    pages,
    page,
    singlePhase: serials.map((serial) => {
      const blocks = own.filter((block) => block.serial === serial);
      return inverterRecord(blocks, faults.strikes('no-limits') ? 0 : (plant.limits.get(serial) ?? 100));
    }),
    ports: own.map(portRecord),
  });
}

/** @param limit % of its rated power */
function inverterRecord(blocks: readonly PortBlock[], limit: number): SinglePhaseRecord {
  const { serial, gridVoltage, gridFrequency, temperature, alarmCount, linkStatus } = blocks[0]!;
  const power = blocks.reduce((sum, { pvPower }) => sum + Number(pvPower.mantissa), 0);
  return {
    serial: numberOf(serial),
    firmware: 1,
    voltage: Number(gridVoltage.mantissa),
    frequency: Number(gridFrequency.mantissa),
    power,
    reactivePower: 0,
    current: Math.round((power / 10 / 230) * 100),
    powerFactor: linkStatus * 1000,
    temperature: Number(temperature.mantissa),
    alarmCounter: alarmCount ?? 0,
    crc: 0,
    link: linkStatus,
    powerLimit: Math.round(10 * limit),
    signal: 0,
  };
}

function portRecord({
  serial,
  port,
  pvVoltage,
  pvCurrent,
  pvPower,
  total,
  today,
  status,
}: PortBlock): PortRecord {
  return {
    serial: numberOf(serial),
    port,
    voltage: Number(pvVoltage.mantissa),
    current: Number(pvCurrent.mantissa),
    power: Number(pvPower.mantissa),
    total,
    today,
    code: status * 2 ** 24,
  };
}
