import { describe, expect, it } from 'vitest';
import { linkError } from './link-error.ts';

const errno = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

describe('what the system says', () => {
  it.each([
    [errno('EACCES'), 'link/permission'],
    [errno('EBUSY'), 'link/busy'],
    [errno('ENOENT'), 'link/not-found'],
    [errno('ECONNREFUSED'), 'link/refused'],
    [errno('EHOSTUNREACH'), 'link/failed'],
    [errno('EIO'), 'link/lost'],
    [new Error('Error: Permission denied, cannot open /dev/ttyUSB0'), 'link/permission'],
    [new Error('Error Resource temporarily unavailable Cannot lock port'), 'link/busy'],
    [new Error('Error: No such file or directory, cannot open /dev/ttyUSB0'), 'link/not-found'],
    [new Error('Error: something else'), 'link/failed'],
    ['a text', 'link/failed'],
  ])('%s is %s', (cause, code) => {
    expect(linkError('cannot open /dev/ttyUSB0', cause)).toMatchObject({
      code,
      message: expect.stringMatching(/^cannot open \/dev\/ttyUSB0: ./),
    });
  });
});
