import { Decimal } from '@meterbridge/core/codec';
import { decodeP1, encodeP1 } from '@meterbridge/core/frames';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';
import { portSettings, thinningSettings } from './port-settings.ts';
import { PortReader } from './reader.ts';
import { Thinning } from './thinning.ts';

/** Which telegrams are published: each a second after the one before, unless a time is given. */
function published(keys: object, telegrams: readonly (readonly string[])[], stepMs = 1_000): string {
  const meters = [{ id: 'main', address: '/dev/ttyUSB0', ...keys }];
  const port = config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }).meters[0]!;
  const reader = new PortReader(portSettings(port));
  const thinning = new Thinning(thinningSettings(port));
  return telegrams
    .map((lines, at) => {
      const [reading] = reader.read(decodeP1(encodeP1('ISK5\\2M550T', ['1-3:0.2.8(50)', ...lines])), 0);
      return thinning.pass(reading!, at * stepMs).unchanged ? '.' : 'P';
    })
    .join('');
}

const power = (...kilowatts: readonly number[]) => kilowatts.map((kw) => [`1-0:1.7.0(${kw.toFixed(3)}*kW)`]);
const steady = power(...new Array<number>(25).fill(1));

describe('a meter that sends every second', () => {
  it('is published every second by default', () => {
    expect(published({}, steady.slice(0, 5))).toBe('PPPPP');
  });

  it('is published as often as its interval says, whatever its values do', () => {
    expect(published({ interval: '10s' }, steady)).toBe('P.........P.........P....');
    expect(published({ interval: '10s' }, power(1, 2, 3))).toBe('P..');
  });

  it('keeps its interval although its telegrams are not sent to the millisecond', () => {
    expect(published({ interval: '10s' }, steady, 998)).toBe('P.........P.........P....');
  });

  it('is published when a quantity has left its deadband since it was published', () => {
    const keys = { deadband: { power: 0.05 } };
    expect(published(keys, power(1, 1.03, 1.05, 1.051, 1.06, 1.0, 1.002))).toBe('P..P.P.');
    expect(published(keys, power(1, 0.95, 0.949))).toBe('P.P');
  });

  it('is published once a minute although nothing leaves its deadband, or as its interval says', () => {
    const keys = { deadband: { power: 0.05 } };
    expect(published(keys, steady.slice(0, 13), 10_000)).toBe('P.....P.....P');
    expect(published({ ...keys, interval: '20s' }, steady.slice(0, 5), 10_000)).toBe('P.P.P');
  });

  it('looks at each quantity by its own deadband, and not at those without', () => {
    const telegrams = [
      ['1-0:1.7.0(1.000*kW)', '1-0:32.7.0(230.0*V)', '1-0:1.8.1(1.000*kWh)'],
      ['1-0:1.7.0(1.000*kW)', '1-0:32.7.0(231.0*V)', '1-0:1.8.1(2.000*kWh)'],
      ['1-0:1.7.0(1.000*kW)', '1-0:32.7.0(233.1*V)', '1-0:1.8.1(3.000*kWh)'],
    ];
    expect(published({ deadband: { voltage: 3 } }, telegrams)).toBe('P.P');
  });

  it('tells states and messages at once', () => {
    const tariff = [
      ['0-0:96.14.0(0001)', '1-0:1.7.0(1.000*kW)'],
      ['0-0:96.14.0(0002)', '1-0:1.7.0(1.000*kW)'],
      ['0-0:96.14.0(0002)', '1-0:1.7.0()'],
      ['0-0:96.14.0(0002)', '1-0:1.7.0(1.000*kW)'],
    ];
    expect(published({ deadband: { power: 1 } }, tariff)).toBe('PP..');
    expect(published({ interval: '10s' }, tariff)).toBe('P...');
  });

  it('is expected as often as it is published', () => {
    const meters = [{ id: 'main', address: '/dev/ttyUSB0', interval: '10m' }];
    const port = config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }).meters[0]!;
    const frame = decodeP1(encodeP1('ISK5\\2M550T', ['1-0:1.7.0(1.000*kW)']));
    expect(new PortReader(portSettings(port)).read(frame, 0)[0]!.meter.intervalMs).toBe(600_000);
    expect(thinningSettings(port)).toEqual({ intervalMs: 600_000, deadband: new Map() });
  });

  it('has deadbands in the units of what is published', () => {
    const meters = [{ id: 'main', address: '/dev/ttyUSB0', deadband: { power: 0.05, voltage: 2 } }];
    const port = config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }).meters[0]!;
    expect(thinningSettings(port).deadband).toEqual(
      new Map([
        ['kW', new Decimal(5, 2)],
        ['V', new Decimal(2)],
      ]),
    );
  });
});
