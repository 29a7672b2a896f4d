import { describe, expect, it } from 'vitest';
import { config, linesOf } from './config.ts';

const mqtt = { url: 'mqtt://localhost' };
const all = { id: 'all', address: '/dev/ttyUSB0', meter: 'all' };

describe('meters of one line', () => {
  it.each([
    ['all', 'all'],
    [5, '5'],
    ['12345678', '12345678FFFFFFFF'],
    ['12345678', '1234567824400107'],
    ['1234567824400107', '12345678'],
    [254, 5],
    ['12345678', 254],
    ['all', 254],
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

  it.each([
    [5, '00000005'],
    ['12345678', 'all'],
    ['1234567824400107', '1234567824400106'],
    ['12345678', '12345679'],
  ])('may stand beside each other: %s and %s', (meter, other) => {
    const meters = [
      { ...all, meter },
      { ...all, id: 'other', meter: other },
    ];
    expect(config.safeParse({ mqtt, meters }).success).toBe(true);
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
