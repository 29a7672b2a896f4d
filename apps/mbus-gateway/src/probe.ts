import { BridgeError } from '@meterbridge/core/errors';
import type { MbusLong } from '@meterbridge/core/frames';
import type { Master } from './master.ts';
import { SELECTED } from './protocol/request.ts';
import { addressOf, EVERY_METER, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';
import { decodeTelegram, type Telegram } from './protocol/telegram.ts';
import type { Probe, ProbeResult } from './search.ts';

/** Whether anybody is there at all is asked so often. */
const FIRST_TRIES = 6;

/**
 * Selects by a mask and asks who was meant. A clean E5 proves nothing, as meters that answer in step make one
 * together: only a sound answer with data tells that there is one meter.
 */
export function probeOf(
  master: Master,
  onFound: (telegram: Telegram, address: SecondaryAddress) => void,
): Probe {
  const ask = async (speaker: Master, mask: SecondaryAddress): Promise<ProbeResult> => {
    // Nobody at all is worth more questions: the search ends with it.
    const { frame, bytes } = await speaker.select(mask, mask === EVERY_METER ? FIRST_TRIES : 1);
    if (bytes.length === 0) return 'none';
    if (!frame) return 'collision';
    const answer = await selectedAnswer(speaker);
    if (answer === 'none') {
      // The E5 may have been for the question before, or the data got lost.
      speaker.signs.heardLate();
      speaker.signs.lost();
    }
    if (typeof answer === 'string') return answer;
    const telegram = decodeTelegram(answer);
    const address = addressOf(telegram);
    if (!address || !isSelected(address, mask)) return 'collision';
    if (address !== mask && !(await isConfirmed(speaker, address))) return 'collision';
    onFound(telegram, address);
    return address;
  };
  return async (mask, isPatient = false) => {
    const result = await ask(isPatient ? master.patient() : master, mask);
    return { result, ...master.signs.take() };
  };
}

/** Deselects everybody: nobody should answer who was not selected. Whoever does, does so late. */
export async function listenOn(master: Master): Promise<boolean> {
  const { bytes } = await master.reset(SELECTED);
  return master.signs.take().wasLate || bytes.length > 0;
}

/**
 * Answers of several meters may happen to make a sound one. They hardly do so twice: the next answers have other
 * numbers. Who is silent now has told enough for once.
 */
async function isConfirmed(master: Master, address: SecondaryAddress): Promise<boolean> {
  const answer = await selectedAnswer(master);
  return typeof answer === 'string' ? answer === 'none' : addressOf(decodeTelegram(answer)) === address;
}

/** Silence after an E5 is asked once more: some meters do not answer at once after they were selected. */
async function selectedAnswer(master: Master): Promise<MbusLong | 'none' | 'collision'> {
  try {
    return await master.request(SELECTED, 2, true);
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code.startsWith('link/')) throw thrown;
    return thrown.code === 'meter/no-answer' ? 'none' : 'collision';
  }
}
