import { decodeMbus, type MbusLong } from '@meterbridge/core/frames';
import { addressOf, type SecondaryAddress } from '../protocol/secondary-address.ts';
import { decodeTelegram } from '../protocol/telegram.ts';
import { Slave } from './slave.ts';

/**
 * Meters that send these frames; those of the same meter are the telegrams of one readout. What no meter sends as its
 * values is left out.
 */
export function slavesOfFrames(frames: readonly Uint8Array[]): readonly Slave[] {
  const telegrams = new Map<SecondaryAddress, MbusLong[]>();
  for (const bytes of frames) {
    const frame = decodeMbus(bytes);
    if (frame.type === 'ack' || frame.type === 'short') continue;
    const address = addressOf(decodeTelegram(frame));
    if (address === null) continue;
    const known = telegrams.get(address);
    if (known) known.push(frame);
    else telegrams.set(address, [frame]);
  }
  return Array.from(
    telegrams,
    ([address, answers]) => new Slave(answers[0]!.a, { address, telegrams: () => answers }),
  );
}
