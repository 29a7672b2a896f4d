import { BridgeError, type ErrorCode, messageOf } from '../errors/index.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'link/not-found',
  ENOTDIR: 'link/not-found',
  ENODEV: 'link/not-found',
  ENOTFOUND: 'link/not-found',
  EAI_AGAIN: 'link/not-found',
  ENOTTY: 'link/not-serial',
  EACCES: 'link/permission',
  EPERM: 'link/permission',
  EBUSY: 'link/busy',
  EADDRINUSE: 'link/busy',
  ECONNREFUSED: 'link/refused',
  ETIMEDOUT: 'link/timeout',
  EIO: 'link/lost',
  ENXIO: 'link/lost',
};

/** What the serial port library has in its messages in place of a code: the C library's texts, and its own. */
const TEXTS: readonly (readonly [text: string, errno: string])[] = [
  ['Cannot lock port', 'EBUSY'],
  ['Device or resource busy', 'EBUSY'],
  ['No such file or directory', 'ENOENT'],
  ['Not a directory', 'ENOTDIR'],
  ['No such device or address', 'ENXIO'],
  ['No such device', 'ENODEV'],
  ['Inappropriate ioctl for device', 'ENOTTY'],
  ['Permission denied', 'EACCES'],
  ['Operation not permitted', 'EPERM'],
  ['Input/output error', 'EIO'],
];

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  ENODEV: 'there is no such device',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'no name server answers',
  ENOTTY: 'it is no serial device',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EBUSY: 'it is in use',
  EADDRINUSE: 'the port is in use',
  ECONNREFUSED: 'the connection was refused',
  ETIMEDOUT: 'no answer',
  EIO: 'the device is gone',
  ENXIO: 'the device is gone',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
};

/**
 * The error for a link that could not be opened.
 * @param attempt what was tried, as in `cannot open /dev/ttyUSB0`
 * @param cause what the system or a library said
 * @param hint what to do, where that of the code is about meters
 */
export function linkError(attempt: string, cause: unknown, hint?: string): BridgeError {
  const message = messageOf(cause);
  const errno = errnoOf(cause) ?? TEXTS.find(([text]) => message.includes(text))?.[1];
  const code = (errno && CODES[errno]) || 'link/failed';
  const reason = (errno && REASONS[errno]) || message || errno || 'unknown reason';
  const facts = errno ? { errno } : {};
  return new BridgeError(code, `${attempt}: ${reason}`, {
    facts,
    cause,
    ...(hint !== undefined && { hint }),
  });
}

function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
