import { decodeMbus, type MbusLong } from '@meterbridge/core/frames';
import { encryptionOf } from '../protocol/encryption.ts';
import { ACCESS_NUMBER, LONG_HEADER, longHeader } from '../protocol/header.ts';
import { addressOf, type SecondaryAddress } from '../protocol/secondary-address.ts';
import { decodeTelegram } from '../protocol/telegram.ts';
import { Slave } from './slave.ts';

const VARIABLE = 0x72;

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
    ([address, answers]) =>
      new Slave(answers[0]!.a, {
        address,
        telegrams: (accessNumber) => answers.map((answer) => numbered(answer, accessNumber)),
      }),
  );
}

/** Of the variable structure; the access number of an encrypted telegram is a part of its encryption. */
function numbered({ ci, data }: MbusLong, accessNumber: number) {
  if (data.length < LONG_HEADER || (ci & ~4) !== VARIABLE) return { ci, data };
  if (encryptionOf(longHeader(data, 0, ci !== VARIABLE).signature)) return { ci, data };
  return { ci, data: data.with(ACCESS_NUMBER, accessNumber) };
}
