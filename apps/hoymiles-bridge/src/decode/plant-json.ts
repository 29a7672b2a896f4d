import { Decimal } from '@meterbridge/core/codec';
import type { PortBlock } from '../protocol/block.ts';
import { BLOCK_MAPS } from '../protocol/block-map.ts';
import { BlockReader } from '../reader-modbus.ts';
import type { Json } from './json.ts';
import { portJson } from './response-json.ts';

/** Images of registers by their first address. */
type Memory = Readonly<Record<string, Uint8Array>>;

/** What a bridge would read from a DTU with these registers. */
export async function plantJson(memory: Memory, addressing: 'byte' | 'word'): Promise<Json> {
  const bytesPerAddress = addressing === 'byte' ? 1 : 2;
  const read = async (address: number, quantity: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(2 * quantity);
    for (const [base, image] of Object.entries(memory)) {
      const from = bytesPerAddress * (address - Number(base));
      if (from >= 0 && from < image.length) bytes.set(image.subarray(from, from + bytes.length));
    }
    return bytes;
  };
  const { dtuSerial, ports } = await new BlockReader(BLOCK_MAPS[addressing]).read(read, 0);
  return { dtu_serial: dtuSerial, ports: ports.map(portJson), plant: sums(ports) };
}

function sums(ports: readonly PortBlock[]): Json {
  const linked = ports.filter(({ linkStatus }) => linkStatus !== 0);
  return {
    pv_power_w: linked.reduce((sum, { pvPower }) => sum.plus(pvPower), new Decimal(0)),
    today_wh: linked.reduce((sum, { today }) => sum + today, 0),
    total_wh: linked.reduce((sum, { total }) => sum + total, 0),
    alarm: linked.some(({ alarmCode }) => alarmCode !== 0),
  };
}
