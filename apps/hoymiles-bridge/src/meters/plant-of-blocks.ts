import type { PortBlock } from '../protocol/block.ts';
import { ALARM, type InverterState, isLive, type PlantState } from './plant.ts';

/** Modbus has no inverters, only ports: those with the same serial number belong together. */
export function plantOfBlocks(dtuSerial: string, blocks: readonly PortBlock[]): PlantState {
  const groups = Map.groupBy(blocks, ({ serial }) => serial);
  const inverters = [...groups].map(([serial, ports]): InverterState => {
    // They all tell the same of it, but for those that it gave no answer for.
    const { gridVoltage, gridFrequency, temperature, status, alarmCount, linkStatus } =
      ports.find(isHeard) ?? ports[0]!;
    return {
      serial,
      firmware: null,
      ratedPower: null,
      isLinked: linkStatus !== 0,
      status: ports.some((port) => isHeard(port) && port.status === ALARM) ? ALARM : status,
      alarmCode: alarmCodeOf(ports),
      alarmCount,
      values: new Map([
        ['grid_voltage', gridVoltage],
        ['grid_frequency', gridFrequency],
        ['temperature', temperature],
      ]),
      ports: ports.map((block) => ({
        port: block.port,
        isHeard: isHeard(block),
        voltage: block.pvVoltage,
        current: block.pvCurrent,
        power: block.pvPower,
        today: block.today,
        total: block.total,
      })),
    };
  });
  return {
    dtuSerial,
    dtuFirmware: null,
    timeMs: null,
    powerLimit: null,
    signal: null,
    inverters,
    meters: [],
  };
}

/** An alarm of one port is one of its inverter. */
function alarmCodeOf(ports: readonly PortBlock[]): number | null {
  const linked = ports.filter(({ linkStatus }) => linkStatus !== 0);
  const alarming = linked.find(({ alarmCode }) => alarmCode !== 0);
  return (alarming ?? linked[0] ?? ports[0]!).alarmCode;
}

function isHeard({ linkStatus, status }: PortBlock): boolean {
  return isLive({ isLinked: linkStatus !== 0, status });
}
