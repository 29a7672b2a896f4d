import { describe, expect, it } from 'vitest';
import { errorOf, schema } from './load.fixture.ts';
import { loadConfig } from './load.ts';
import { effectiveYaml } from './redact.ts';

const METER = { METERS__0__ID: 'main', METERS__0__ADDRESS: '/dev/ttyUSB0', MQTT__URL: 'mqtt://localhost' };

/** Loads a meter with this setting more. */
function load(key: string, text: string) {
  const { config } = loadConfig(schema, { env: { ...METER, [`METERS__0__${key.toUpperCase()}`]: text } });
  return { config, meter: config.meters[0]! };
}

describe('how values are published', () => {
  it.each([
    ['1000 W', { factor: '1000', unit: 'W' }],
    ['0.001 kW', { factor: '0.001', unit: 'kW' }],
    ['10.55  m³/h', { factor: '10.55', unit: 'm³/h' }],
    [40, { factor: '40', unit: null }],
    ['-1', { factor: '-1', unit: null }],
    [1e-7, { factor: '0.0000001', unit: null }],
  ])('takes the factor %j', (written, multiplier) => {
    const { config, meter } = load('multiply', JSON.stringify({ power: written }));
    expect(meter.multiply).toEqual({ power: multiplier });
    expect(effectiveYaml(schema, config)).toContain('power: ');
  });

  it.each([[0], ['0.000 kW'], ['kW'], ['1,5'], [''], ['1 kW h'], [1e30], [true]])(
    'refuses the factor %j',
    (written) => {
      const { message } = errorOf(() => load('multiply', JSON.stringify({ power: written })));
      expect(message).toContain('must be a factor such as 0.001');
    },
  );

  it.each([
    [{ a: 'x', b: 'x' }, 'meters[0].rename.b: is the new key of a too; must be unique'],
    [{ a: 'time' }, 'meters[0].rename.a: must be none of time, meter'],
    [{ a: 'A b' }, 'meters[0].rename.a: must be a name of small letters'],
  ])('refuses the new keys %j', (rename, problem) => {
    expect(errorOf(() => load('rename', JSON.stringify(rename))).message).toContain(problem);
  });

  it('takes the same settings for meters behind another one', () => {
    const { meter } = load('behind', '{"main_gas": {"exclude": ["valve_position"]}}');
    expect(meter.behind?.main_gas).toMatchObject({
      exclude: ['valve_position'],
      counter_guard: { enabled: true, max_flow_m3h: 100 },
    });
    const { message } = errorOf(() => load('behind', '{"main_gas": {"exlude": []}}'));
    expect(message).toContain('did you mean "exclude"?');
  });
});
