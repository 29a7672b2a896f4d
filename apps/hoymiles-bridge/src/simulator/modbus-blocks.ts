import { Decimal } from '@meterbridge/core/codec';
import { encodeBlock, type PortBlock } from '../protocol/block.ts';

const NOTHING = new Decimal(0);

/** A port whose inverter did not answer the radio. */
export function silent(block: PortBlock): PortBlock {
  return {
    ...block,
    pvVoltage: NOTHING,
    pvCurrent: NOTHING,
    gridVoltage: NOTHING,
    gridFrequency: NOTHING,
    pvPower: NOTHING,
    today: 0,
    total: 0,
    temperature: NOTHING,
    status: 0,
    alarmCode: 0,
    alarmCount: 0,
  };
}

/** A port in 25 registers, as newer firmware has it: most of them in the order of the older ones. */
export function encodeChannel(block: PortBlock): Uint8Array {
  const older = encodeBlock(block);
  const bytes = new Uint8Array(50);
  bytes.set([0, block.dataType]);
  bytes.set(older.subarray(1, 7), 2);
  bytes.set([0, block.port], 8);
  // PV voltage to status.
  bytes.set(older.subarray(0x08, 0x1c), 10);
  return bytes;
}
