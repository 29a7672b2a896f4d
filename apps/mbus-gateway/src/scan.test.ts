import { address } from '@meterbridge/core/config';
import { describe, expect, it } from 'vitest';
import { masterOn } from './line.fixture.ts';
import { addressBytes } from './protocol/secondary-address.ts';
import {
  configBlock,
  configured,
  type FoundMeter,
  type ScanStep,
  scanPrimary,
  scanSecondary,
} from './scan.ts';
import { progressBar } from './scan-report.ts';
import { Slave } from './simulator/slave.ts';

const line = { address: address.parse('/dev/ttyUSB0'), baud: 2400, dtr: true, rts: true };

function found(
  secondary: string | null,
  primary: number | null = null,
  problem: string | null = null,
): FoundMeter {
  return { primary, secondary, manufacturer: 'PAD', medium: 'cold_water', problem };
}

describe('the configuration that a scan ends with', () => {
  it('names meters with the same number by their whole addresses', () => {
    const meters = [found('1234567824400107'), found('1234567824400106'), found('1234567924400107')];
    expect(configured(line, meters).map(({ entry }) => entry.id)).toEqual([
      'mbus_1234567824400107',
      'mbus_1234567824400106',
      'mbus_12345679',
    ]);
  });

  it('leaves out addresses at which nobody can be read', () => {
    const meters = [
      found(null, 5, 'what arrived is no frame'),
      found(null, 6),
      found('1234567824400107', 7, 'fault'),
    ];
    expect(configured(line, meters).map(({ entry }) => entry.meter)).toEqual([6, 7]);
    expect(configBlock([])).toBe('');
  });

  it('has what is unusual about the line', () => {
    const unusual = { ...line, baud: 9600, dtr: false, rts: false };
    expect(configBlock(configured(unusual, [found('1234567824400107')]))).toBe(
      'meters:\n  - { id: mbus_12345678, address: serial:///dev/ttyUSB0, meter: "1234567824400107", baud: 9600, dtr: false, rts: false }  # PAD cold water\n',
    );
  });
});

describe('the bar', () => {
  it.each([
    [0, `${'░'.repeat(30)}   0.0 %`],
    [0.5, `${'█'.repeat(15)}${'░'.repeat(15)}  50.0 %`],
    [1, `${'█'.repeat(30)} 100.0 %`],
  ])('shows %d', (progress, bar) => {
    expect(progressBar(progress)).toBe(bar);
  });
});

function slaveOf(primary: number, address: string): Slave {
  const data = Uint8Array.of(...addressBytes(address), 0, 0, 0, 0, 0x01, 0x13, 5);
  return new Slave(primary, { address, telegrams: (number) => [{ ci: 0x72, data: data.with(8, number) }] });
}

async function foundBy(steps: AsyncIterable<ScanStep>): Promise<readonly FoundMeter[]> {
  return (await Array.fromAsync(steps)).flatMap(({ found }) => found ?? []);
}

const QUICK = { baudRate: 1_000_000, answerMs: 2 };

it('a scan does not take rubbish in front of answers for other meters', async () => {
  const slaves = Array.from({ length: 20 }, (_, at) => slaveOf(at + 1, `${12_345_600 + at}2D2C0104`));
  await using line = masterOn({ slaves, faults: ['noise'] }, QUICK);
  const meters = await foundBy(scanPrimary(line.master, [1, 20]));
  expect(meters).toHaveLength(20);
  expect(meters.filter(({ problem }) => problem !== null)).toEqual([]);
});

it('a scan tells of meters that cannot be told apart', { timeout: 60_000 }, async () => {
  const addresses = ['1234567841040107', '1234567861040107', '223456782D2C0104'];
  await using line = masterOn({ slaves: addresses.map((address) => slaveOf(0, address)) }, QUICK);
  expect(await foundBy(scanSecondary(line.master, false))).toMatchObject([
    { secondary: null, problem: expect.stringContaining('number 12345678, version 1 and medium 7') },
    { secondary: addresses[2], problem: null },
  ]);
});
