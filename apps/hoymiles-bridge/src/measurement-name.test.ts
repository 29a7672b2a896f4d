import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

const messagesOf = (keys: object): readonly string[] => {
  const meters = [{ id: 'roof', host: 'dtu', ...keys }];
  const { error } = config.safeParse({ mqtt: { url: 'mqtt://localhost' }, meters });
  return error?.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`) ?? [];
};

describe('names of measurements', () => {
  it.each([
    [{ inverter_entities: ['temperature'], port_entities: ['pv_power'] }, []],
    [{ value_multipliers: { energy_import: 2 }, entity_friendly_names: { alarm_flag: 'Alarm' } }, []],
    [
      { inverter_entities: ['temperature', 'grid_volt'] },
      ['inverter_entities.1: is no measurement; did you mean "grid_voltage"?'],
    ],
    [
      { port_entities: ['sunshine'] },
      [
        'port_entities.0: must be one of pv_voltage, pv_current, pv_power, today_production, total_production',
      ],
    ],
    [{ value_multipliers: { pv_powr: 2 } }, [expect.stringMatching(/^value_multipliers\.pv_powr: /)]],
  ])('of %j are known, or refused with what would be right', (keys, messages) => {
    expect(messagesOf(keys)).toEqual(messages);
  });
});
