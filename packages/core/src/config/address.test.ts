import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address } from './address.ts';

function problemOf(value: unknown): string {
  return (
    address
      .safeParse(value)
      .error?.issues.map(({ message }) => message)
      .join(' / ') ?? 'accepted'
  );
}

describe('address', () => {
  it.each([
    ['serial:///dev/ttyUSB0', '/dev/ttyUSB0'],
    ['SERIAL:///dev/ttyUSB0', '/dev/ttyUSB0'],
    ['/dev/ttyUSB0', '/dev/ttyUSB0'],
    ['serial:///tmp/meter', '/tmp/meter'],
    ['/dev/serial/by-id/usb-FTDI_FT232R-if00-port0', '/dev/serial/by-id/usb-FTDI_FT232R-if00-port0'],
    ['/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0'],
  ])('reads %s as a serial device', (text, path) => {
    expect(address.parse(text)).toEqual({ kind: 'serial', path, url: `serial://${path}` });
  });

  it.each([
    ['tcp://192.168.1.20:2001', '192.168.1.20', 2001, 'tcp://192.168.1.20:2001'],
    ['tcp://meter-1.local:4000/', 'meter-1.local', 4000, 'tcp://meter-1.local:4000'],
    ['tcp://p1_reader:1', 'p1_reader', 1, 'tcp://p1_reader:1'],
    ['socket://ser2net:2001', 'ser2net', 2001, 'tcp://ser2net:2001'],
    ['socket://ser2net', 'ser2net', 23, 'tcp://ser2net:23'],
    ['Socket://ser2net', 'ser2net', 23, 'tcp://ser2net:23'],
    ['tcp://[2001:db8::1]:2001', '2001:db8::1', 2001, 'tcp://[2001:db8::1]:2001'],
    ['tcp://[fe80::1%eth0]:2001', 'fe80::1%eth0', 2001, 'tcp://[fe80::1%eth0]:2001'],
    ['socket://[::1]', '::1', 23, 'tcp://[::1]:23'],
  ])('reads %s as a host and a port', (text, host, tcpPort, url) => {
    expect(address.parse(text)).toEqual({ kind: 'tcp', host, tcpPort, url });
  });

  it('reads its own text the same again', () => {
    for (const text of ['/dev/ttyUSB0', 'socket://[::1]', 'tcp://host:1']) {
      const parsed = address.parse(text);
      expect(address.parse(parsed.url)).toEqual(parsed);
    }
  });

  it.each([
    ['tcp://host', 'names no port'],
    ['tcp://[::1]', 'names no port'],
    ['tcp://host:0', 'names a port beyond 1 to 65535'],
    ['tcp://host:65536', 'names a port beyond 1 to 65535'],
    ['tcp://:2001', 'names no valid host'],
    ['tcp://host:', 'names no valid host'],
    ['tcp://2001:db8::1:2001', 'names no valid host'],
    ['tcp://[2001:db8::g]:2001', 'names no valid host'],
    ['tcp://[]:2001', 'names no valid host'],
    ['tcp://user:word@host:1', 'names no valid host'],
    ['tcp://a b:1', 'names no valid host'],
    ['tcp://host:1/path', 'is no address of a meter'],
    ['udp://host:1', 'is no address of a meter'],
    ['ttyUSB0', 'is no address of a meter'],
    ['192.168.1.20:2001', 'is no address of a meter'],
    ['serial://ttyUSB0', 'is no address of a meter'],
    ['', 'is no address of a meter'],
    ['/etc/passwd', 'is no device'],
    ['serial:///dev/ttyUSB0?baud=9600', 'holds more than a device path'],
    ['/dev/tty USB0', 'holds more than a device path'],
  ])('refuses %j: %s', (text, problem) => {
    expect(problemOf(text)).toBe(`${problem}; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001`);
  });

  it.each([null, 5, ['/dev/ttyUSB0']])('refuses %j', (value) => {
    expect(problemOf(value)).toBe('must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001');
  });

  it('accepts or refuses any text, and what it accepts comes back the same', () => {
    const authority = fc.tuple(fc.constantFrom('tcp://', 'socket://', '/dev/', 'serial:///'), fc.string());
    fc.assert(
      fc.property(
        authority.map(([scheme, rest]) => scheme + rest),
        (text) => {
          const { data } = address.safeParse(text);
          if (data !== undefined) expect(address.parse(data.url)).toEqual(data);
          else expect(problemOf(text)).toContain('must be like');
        },
      ),
    );
  });
});
