import { brokerUrl, type Section, sectionOf, textOf } from '@meterbridge/core/config';
import { BAUD_RATES } from '../protocol/request.ts';

export function sectionsOf(value: unknown): readonly Section[] {
  return Array.isArray(value) ? value.map(sectionOf) : [];
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
  const [user, secret] = [username, password].map(textOf);
  return {
    url: brokerUrl(host, port),
    ...(user && { username: user }),
    ...(user && secret && { password: secret }),
  };
}
