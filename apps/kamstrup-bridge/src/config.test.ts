import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

function problemOf(parameter: unknown): string | undefined {
  const meter = { id: 'heat', address: '/dev/ttyUSB0', parameters: [parameter] };
  return config.safeParse({ mqtt: { url: 'mqtt://localhost' }, meters: [meter] }).error?.issues[0]?.message;
}

describe('a parameter', () => {
  it.each(['energy', 'MAXFLOWDATE_M', 266, '0x3c', 'register_1234'])('%s is known', (parameter) =>
    expect(problemOf(parameter)).toBeUndefined(),
  );

  it.each([
    ['energi', 'is no parameter; did you mean "energy"?'],
    ['max_flow_y', 'is no parameter; did you mean "maxflow_y"?'],
    ['', 'must be the name of a parameter such as energy, or the number of a register'],
    [0, 'must be the name of a parameter such as energy, or the number of a register'],
    [70_000, 'must be the name of a parameter such as energy, or the number of a register'],
    [true, 'must be the name of a parameter such as energy, or the number of a register'],
  ])('%j %s', (parameter, problem) => expect(problemOf(parameter)).toBe(problem));
});
