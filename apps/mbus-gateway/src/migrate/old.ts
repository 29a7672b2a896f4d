import { BAUD_RATES } from '../protocol/request.ts';

/** A section of an old configuration, as YAML or JSON is read. */
export type Section = Readonly<Record<string, unknown>>;

export function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly Section[] {
  return Array.isArray(value) ? value.map(sectionOf) : [];
}

/** A text that is there; numbers are texts, too. */
export function textOf(value: unknown): string | null {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text === '' ? null : text;
}

/** `60` seconds → `1m`; null if it is no time. */
export function durationOf(value: unknown, unitSeconds = 1): string | null {
  const seconds = Math.round(Number(textOf(value) ?? Number.NaN) * unitSeconds);
  if (!(seconds >= 1)) return null;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Address and speed of a line: `/dev/ttyUSB0`, `10.0.0.5:10001`, `socket://…`, `rfc2217://…`. */
export function lineOf(
  port: unknown,
  baudrate: unknown,
): { readonly address: string; readonly baud?: number } {
  const text = textOf(port) ?? '/dev/ttyUSB0';
  const [, authority] = /^(?:[a-z0-9]+:\/\/)?([^/]+:\d+)\/?$/i.exec(text) ?? [];
  const baud = Number(baudrate);
  return {
    address: authority ? `tcp://${authority}` : text,
    ...(BAUD_RATES.includes(baud) && { baud }),
  };
}

/** Connection to the broker. */
export function brokerOf(host: unknown, port: unknown, username: unknown, password: unknown) {
  const name = textOf(host) ?? 'localhost';
  const authority = name.includes(':') ? `[${name}]` : name;
  const [user, secret] = [username, password].map(textOf);
  return {
    url: `mqtt://${authority}:${textOf(port) ?? 1883}`,
    ...(user && { username: user }),
    ...(user && secret && { password: secret }),
  };
}
