import { address } from '@meterbridge/core/config';
import { describe, expect, it } from 'vitest';
import { configBlock, configured, type FoundMeter } from './scan.ts';
import { progressBar } from './scan-report.ts';

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
