import { describe, expect, it } from 'vitest';
import { config, linesOf } from './config.ts';

const mqtt = { url: 'mqtt://localhost' };
const all = { id: 'all', address: '/dev/ttyUSB0', meter: 'all' };

describe('meters of one line', () => {
  it.each([
    ['all', 'all'],
    [5, '5'],
    ['12345678', '12345678FFFFFFFF'],
  ])('are not read twice: %s and %s', (meter, same) => {
    const meters = [
      { ...all, meter },
      { ...all, id: 'again', meter: same },
    ];
    const { error } = config.safeParse({ mqtt, meters });
    expect(error?.issues).toMatchObject([
      { path: ['meters', 1, 'meter'], message: expect.stringContaining('meters[0]') },
    ]);
  });

  it('may be called the same at another speed', () => {
    const meters = [all, { ...all, id: 'fast', baud: 9600 }, { ...all, id: 'one', meter: 1 }];
    const [line, ...others] = linesOf(config.parse({ mqtt, meters }));
    expect(others).toEqual([]);
    expect(line!.others.map(({ id, baud }) => [id, baud])).toEqual([
      ['all', 2400],
      ['fast', 9600],
    ]);
    expect(line!.meters.map(({ id }) => id)).toEqual(['one']);
  });
});
