import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { plantOfBlocks } from '../meters/plant-of-blocks.ts';
import type { PortBlock } from '../protocol/block.ts';
import { PlantReadings } from '../readings.ts';
import { settingsOf } from '../settings.ts';
import { SimulatedPlant, usualInverters } from '../simulator/plant.ts';
import { layoutOf } from './index.ts';

const MORNING = Date.UTC(2024, 5, 10, 10);
const NIGHT = Date.UTC(2024, 5, 10, 22);

function simulated(keys: object = {}) {
  const parsed = config.parse({
    mqtt: { url: 'mqtt://localhost' },
    compatibility: 'hoymiles-mqtt',
    meters: [{ id: 'roof', host: 'dtu', protocol: 'modbus', ...keys }],
  });
  const plant = new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(2),
    random: () => 0.5,
  });
  const readings = new PlantReadings(settingsOf(parsed.meters[0]!));
  const layout = layoutOf(parsed)!;
  /** Values by the serial number, and port, of whom they are of. */
  const states = (blocks: readonly PortBlock[], ms: number): Record<string, Record<string, unknown>> => {
    const messages = readings
      .read(plantOfBlocks(plant.dtuSerial, blocks), ms)
      .flatMap((one) => layout.states(one));
    return Object.fromEntries(
      messages.map(({ topic, payload }) => [
        topic.split('/').slice(2, -1).join('/'),
        JSON.parse(String(payload)),
      ]),
    );
  };
  return { plant, states };
}

describe('values in the old layout', () => {
  it('leave out energies of the plant that are 0', () => {
    const { plant, states } = simulated();
    const told = states(plant.at(MORNING), MORNING)['10f871600831'];
    expect(told).not.toHaveProperty('today_production');
    expect(told).toMatchObject({ alarm_flag: 'OFF', total_production: expect.any(Number) });
  });

  it('sum up the ports that were ever reached', () => {
    const { plant, states } = simulated();
    plant.offline.add('116100000002');
    const before = states(plant.at(MORNING), MORNING);
    const own = [1, 2, 3, 4].map((port) => Number(before[`116100000001/${port}`]?.total_production));
    const sum = own.reduce((one, other) => one + other, 0);
    expect(before['10f871600831']?.total_production).toBe(sum);
    // It is told all the same.
    expect(before['116100000002/1']?.total_production).toBeGreaterThan(1_000_000);
    plant.offline.clear();
    const after = states(plant.at(MORNING + 60_000), MORNING + 60_000);
    expect(after['10f871600831']?.total_production).toBeGreaterThan(1.9 * sum);
  });

  it('are multiplied at the plant as they are at its ports', () => {
    const { plant, states } = simulated({ value_multipliers: { total_production: 2 } });
    const told = states(plant.at(MORNING), MORNING);
    const ports = Object.entries(told).filter(([place]) => place.includes('/'));
    const sum = ports.reduce((total, [, values]) => total + Number(values.total_production), 0);
    expect(told['10f871600831']?.total_production).toBe(sum);
  });

  it('never leave out those of a port, of which a DTU tells zeros as long as it has not reached it', () => {
    const { plant, states } = simulated();
    const zeros = plant.at(NIGHT).map((block) => ({ ...block, total: 0 }));
    expect(states(zeros, NIGHT)['116100000001/1']).toEqual({ today_production: 0, total_production: 0 });
  });
});
