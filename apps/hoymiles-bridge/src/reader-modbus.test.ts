import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, encodeBlock, FIRST_BLOCK } from './protocol/block.ts';
import { BLOCK_MAPS } from './protocol/block-map.ts';
import { BlockReader } from './reader-modbus.ts';
import { SimulatedPlant, usualInverters } from './simulator/plant.ts';

const LOOK_EVERY_MS = 300_000;

/** A DTU with so many inverters, and what was asked of its list. */
function dtuWith(inverters: number) {
  const plant = new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(inverters),
    random: () => 0.5,
  });
  const image = Uint8Array.from(plant.at(0).flatMap((block) => [...encodeBlock(block)]));
  const asked: string[] = [];
  const read = async (address: number, quantity: number): Promise<Uint8Array> => {
    const at = (address - FIRST_BLOCK) / BLOCK_BYTES;
    if (at >= 0 && at < 100) asked.push(`${at}+${(2 * quantity) / BLOCK_BYTES}`);
    const bytes = new Uint8Array(2 * quantity);
    bytes.set(image.subarray(at * BLOCK_BYTES, at * BLOCK_BYTES + bytes.length));
    return bytes;
  };
  return { read, asked };
}

describe('a list of ports', () => {
  it('is read in as few requests as there can be, and to its end now and then', async () => {
    const { read, asked } = dtuWith(10);
    const reader = new BlockReader(BLOCK_MAPS.byte);
    const turn = async (nowMs: number): Promise<number> => {
      asked.length = 0;
      expect((await reader.read(read, nowMs)).ports).toHaveLength(40);
      return asked.length;
    };
    expect(await turn(0)).toBe(7);
    expect(await turn(60_000)).toBe(7);
    expect(asked.at(-1)).toBe('36+4');
    await turn(LOOK_EVERY_MS);
    expect(asked.at(-1)).toBe('36+6');
  });

  it('that is empty is asked for each time: a DTU that is not asked would seem to be well', async () => {
    const { read, asked } = dtuWith(0);
    const reader = new BlockReader(BLOCK_MAPS.byte);
    await reader.read(read, 0);
    await reader.read(read, 60_000);
    expect(asked).toEqual(['0+6', '0+6']);
  });
});
