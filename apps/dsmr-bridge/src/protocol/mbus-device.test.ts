import { decodeP1, encodeP1 } from '@meterbridge/core/frames';
import { describe, expect, it } from 'vitest';
import { isNoData, type MbusDevice, mbusDevices } from './mbus-device.ts';
import { decodeTelegram } from './telegram.ts';
import { meterClock } from './timestamp.ts';

const clock = meterClock('Europe/Amsterdam');

function devicesOf(lines: readonly string[]): readonly MbusDevice[] {
  return mbusDevices(decodeTelegram(decodeP1(encodeP1('XYZ5\\2M', lines)), clock));
}

describe('the meters behind a port', () => {
  it('are listed by channel, whatever the order of their objects', () => {
    const devices = devicesOf([
      '0-4:24.1.0(007)',
      '0-1:24.1.0(003)',
      '1-0:1.7.0(1*kW)',
      '0-4:96.1.0(4142)',
      '0-2:24.1.0(004)',
    ]);
    expect(devices.map(({ channel, medium }) => [channel, medium])).toEqual([
      [1, 'gas'],
      [2, 'heat'],
      [4, 'water'],
    ]);
    expect(devices[2]!.equipmentId).toBe('AB');
  });

  it('tell all that is known of them', () => {
    const [device] = devicesOf([
      '0-1:24.1.0(003)',
      '0-1:96.1.1(4142)',
      '0-1:96.1.2(343434)',
      '0-1:24.2.3(260131130000W)(00112.384*m3)',
      '0-1:24.4.0(1)',
    ]);
    expect(device).toMatchObject({
      channel: 1,
      deviceType: 3,
      medium: 'gas',
      equipmentId: 'AB',
      connectionEan: '444',
    });
    expect(String(device!.valvePosition)).toBe('1');
    expect(device!.readings.map(({ obis, value }) => [obis, String(value)])).toEqual([
      ['0-1:24.2.3', '112.384'],
    ]);
  });

  it('tell nothing that was not sent', () => {
    expect(devicesOf(['0-3:24.1.0()'])).toEqual([
      {
        channel: 3,
        deviceType: null,
        medium: null,
        equipmentId: null,
        connectionEan: null,
        valvePosition: null,
        readings: [],
      },
    ]);
    expect(devicesOf(['1-0:1.7.0(1*kW)', '0-1:96.3.10(1)', '0-5:99.9.9(1)'])).toEqual([]);
  });

  it.each([
    ['0', 'other'],
    ['002', 'electricity'],
    ['003', 'gas'],
    ['4', 'heat'],
    ['012', 'heat'],
    ['6', 'warm water'],
    ['7', 'water'],
    ['8', 'heat cost allocator'],
    ['10', 'cooling'],
    ['13', 'heat and cooling'],
    ['21', 'hot water'],
    ['22', 'cold water'],
    ['99', null],
  ])('of device type %s measure %s, whatever their unit', (type, medium) => {
    expect(devicesOf([`0-1:24.1.0(${type})`, '0-1:24.2.1(260131130000W)(1*m3)'])[0]!.medium).toBe(medium);
  });

  it('keep the last of what is sent twice', () => {
    const [device] = devicesOf([
      '0-1:24.1.0(003)',
      '0-1:96.1.0(4142)',
      '0-1:24.1.0(007)',
      '0-1:96.1.0(4344)',
    ]);
    expect(device).toMatchObject({ deviceType: 7, medium: 'water', equipmentId: 'CD' });
  });

  it.each([
    ['0-1:24.2.1(260131130000W)(00000000)', true],
    ['0-1:24.2.1(632525252525W)()', true],
    ['0-1:24.2.1(260131130000W)(00000.000*m3)', false],
  ])('with %s have no data: %s', (line, noData) => {
    expect(isNoData(devicesOf([line])[0]!.readings[0]!)).toBe(noData);
  });
});
