import { expect, it } from 'vitest';
import { linkError } from './link-error.ts';

function systemError(code: string, message = `${code}: as the system says it`): Error {
  return Object.assign(new Error(message), { code });
}

it.each([
  ['ENOENT', 'link/not-found'],
  ['ENOTDIR', 'link/not-found'],
  ['ENOTFOUND', 'link/not-found'],
  ['EAI_AGAIN', 'link/not-found'],
  ['EACCES', 'link/permission'],
  ['EPERM', 'link/permission'],
  ['EBUSY', 'link/busy'],
  ['EADDRINUSE', 'link/busy'],
  ['ECONNREFUSED', 'link/refused'],
  ['ETIMEDOUT', 'link/timeout'],
  ['EHOSTUNREACH', 'link/failed'],
  ['ENETUNREACH', 'link/failed'],
  ['EMFILE', 'link/failed'],
  ['EIO', 'link/lost'],
  ['ENXIO', 'link/lost'],
])('takes the system error %s for %s', (errno, code) => {
  expect(linkError('cannot open it', systemError(errno))).toMatchObject({ code, facts: { errno } });
});

it.each([
  ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'link/not-found'],
  ['Error: Permission denied, cannot open /dev/ttyUSB0', 'link/permission'],
  ['Error: Operation not permitted, cannot open /dev/ttyUSB0', 'link/permission'],
  ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'link/busy'],
  ['Error Resource temporarily unavailable Cannot lock port', 'link/busy'],
  ['Error: No such device or address, cannot open /dev/ttyUSB0', 'link/lost'],
  ['Error: Input/output error, cannot open /dev/ttyUSB0', 'link/lost'],
  ['Error: Inappropriate ioctl for device setting custom baud rate of 115200', 'link/not-serial'],
  ['Error: Bad file descriptor, cannot open /dev/ttyUSB0', 'link/failed'],
])('takes the message "%s" for %s', (message, code) => {
  expect(linkError('cannot open /dev/ttyUSB0', new Error(message)).code).toBe(code);
});

it('says what was tried and why it failed, and keeps the cause', () => {
  const cause = systemError('EACCES');
  const error = linkError('cannot open /dev/ttyUSB0', cause);
  expect(error.message).toBe('cannot open /dev/ttyUSB0: permission denied');
  expect(error.cause).toBe(cause);
  expect(linkError('cannot open x', new Error('the moon is full')).message).toBe(
    'cannot open x: the moon is full',
  );
  expect(linkError('cannot open x', systemError('EWEIRD', '')).message).toBe('cannot open x: EWEIRD');
});
