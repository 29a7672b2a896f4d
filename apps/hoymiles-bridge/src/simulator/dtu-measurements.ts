import type { PortBlock } from '../protocol/block.ts';
import { encodeMessage } from '../protocol/message.ts';
import type { PortRecord } from '../protocol/messages.ts';
import { isThreePhase } from '../protocol/serial.ts';
import type { DtuServerSettings } from './dtu-answers.ts';
import { numberOf, secondsOf } from './encoding.ts';
import { meterRecord, singlePhase, threePhase } from './records.ts';
import { toldPorts } from './told.ts';

/** Action that makes a DTU ask its inverters all the time. */
const FAST_REFRESH = 33;

/** One page of the measurements. */
export function pageOf(page: number, settings: DtuServerSettings): Uint8Array {
  const { faults, frozen } = settings;
  const known = faults.strikes('frozen') ? frozen.get(page) : undefined;
  const payload = known ?? realData(page, settings);
  frozen.set(page, payload);
  return payload;
}

function realData(page: number, settings: DtuServerSettings): Uint8Array {
  const { plant, now, perPage, faults, actions, hasMeter } = settings;
  const all = toldPorts(settings, actions.includes(FAST_REFRESH));
  const pages = Math.max(1, Math.ceil(plant.inverters.length / perPage));
  const serials = plant.inverters.slice(page * perPage, (page + 1) * perPage).map(({ serial }) => serial);
  const own = all.filter(({ serial }) => serials.includes(serial));
  const blocksOf = (serial: string) => own.filter((block) => block.serial === serial);
  const limitOf = (serial: string) => (faults.strikes('no-limits') ? 0 : (plant.limits.get(serial) ?? 100));
  return encodeMessage('RealDataNew', {
    dtuSerial: plant.dtuSerial,
    // A DTU without time yet counts from its start.
    time: faults.strikes('not-ready') ? 901 : secondsOf(now),
    pages,
    page,
    meters: hasMeter && page === 0 ? [meterRecord(all)] : [],
    singlePhase: serials
      .filter((serial) => !isThreePhase(serial))
      .map((serial) => singlePhase(blocksOf(serial), limitOf(serial))),
    threePhase: serials.filter(isThreePhase).map((serial) => threePhase(blocksOf(serial))),
    ports: own.map(portRecord),
  });
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
