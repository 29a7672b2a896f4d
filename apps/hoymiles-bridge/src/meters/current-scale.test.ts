import { bytesOf, Decimal } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { decodeBlock, type PortBlock } from '../protocol/block.ts';
import { CurrentScale } from './current-scale.ts';

/** 35.2 V, a raw current of 850, and the given W × 10. */
function portOf(serial: string, watts: number): PortBlock {
  const power = (watts * 10).toString(16).padStart(4, '0');
  const bytes = `0c${serial}01 0160 0352 08fd 1388 ${power} 0064 000003e8 012c 0003 0000 0000 0107 000000000000`;
  return decodeBlock(bytesOf(bytes.replaceAll(' ', '')))!;
}

describe('the scale of a PV current', () => {
  it('is doubted once if the other one fits the power of an MI inverter much better', () => {
    const scale = new CurrentScale(new Map());
    const port = portOf('104100000001', 299);
    expect(port.pvCurrent.toNumber()).toBe(85);
    expect(scale.misfits([port])).toEqual(['104100000001']);
    expect(scale.misfits([port])).toEqual([]);
  });

  it.each([
    ['that fits', '104100000001', 2990],
    ['of one that is Gen 3 inside', '106200000001', 299],
    ['of a power that is too small to tell', '104100000001', 20],
    ['of another series', '116100000001', 2990],
  ])('%s is not', (_what, serial, watts) => {
    expect(new CurrentScale(new Map()).misfits([portOf(serial, watts)])).toEqual([]);
  });

  it('is what the configuration says', () => {
    const scale = new CurrentScale(new Map([['104100000001', 2]]));
    const port = portOf('104100000001', 299);
    expect(scale.misfits([port])).toEqual([]);
    expect(scale.of([port])[0]!.pvCurrent).toEqual(new Decimal(850, 2));
    expect(scale.of([portOf('104100000002', 299)])[0]!.pvCurrent).toEqual(new Decimal(850, 1));
  });
});
