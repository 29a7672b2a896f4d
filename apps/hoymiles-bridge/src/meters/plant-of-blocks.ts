import type { PortBlock } from '../protocol/block.ts';
import type { InverterState, PlantState } from './plant.ts';

/** Modbus has no inverters, only ports: those with the same serial number belong together. */
export function plantOfBlocks(dtuSerial: string, blocks: readonly PortBlock[]): PlantState {
  const groups = Map.groupBy(blocks, ({ serial }) => serial);
  const inverters = [...groups].map(([serial, ports]): InverterState => {
    const { gridVoltage, gridFrequency, temperature, status, alarmCode, alarmCount, linkStatus } = ports[0]!;
    return {
      serial,
      firmware: null,
      ratedPower: null,
      isLinked: linkStatus !== 0,
      status,
      alarmCode,
      alarmCount,
      values: new Map([
        ['grid_voltage', gridVoltage],
        ['grid_frequency', gridFrequency],
        ['temperature', temperature],
      ]),
      ports: ports.map(({ port, pvVoltage, pvCurrent, pvPower, today, total }) => ({
        port,
        voltage: pvVoltage,
        current: pvCurrent,
        power: pvPower,
        today,
        total,
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
