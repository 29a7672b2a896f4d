import { BridgeError } from '@meterbridge/core/errors';
import { ABSENT, type Master } from './master.ts';
import { resetRequest, SELECTED, setAddressRequest, switchBaudRequest } from './protocol/request.ts';
import { addressOf } from './protocol/secondary-address.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import type { Target } from './readout.ts';

const TRIES = 3;

/**
 * The address under which a meter answers: its primary one, or 253 once it is selected. Only its data tell that it is
 * one meter: an acknowledgement may be that of several, and all of them would obey.
 * @throws BridgeError meter/no-answer, meter/collision
 */
async function reach(master: Master, target: Target): Promise<number> {
  const { frame } =
    typeof target === 'number' ? await master.reset(target, TRIES) : await master.select(target, TRIES);
  if (!frame) throw new BridgeError('meter/no-answer', `meter ${target} does not answer`, ABSENT);
  const a = typeof target === 'number' ? target : SELECTED;
  const first = addressOf(decodeTelegram(await master.request(a, TRIES, true)));
  const next = addressOf(decodeTelegram(await master.request(a, TRIES, true)));
  if (first !== next) throw new BridgeError('meter/collision', `meters ${first} and ${next} answer in turns`);
  return a;
}

/** @throws BridgeError meter/no-answer, meter/collision if somebody has the new address already */
export async function setAddress(master: Master, target: Target, to: number): Promise<void> {
  const { bytes } = await master.reset(to);
  if (bytes.length > 0)
    throw new BridgeError('meter/collision', `there is a meter at primary address ${to} already`);
  const a = await reach(master, target);
  await master.send(setAddressRequest(a, to));
  // Some meters do not acknowledge: what counts is where they answer.
  const { frame } = await master.send(resetRequest(to));
  if (!frame) throw new BridgeError('meter/refused', `meter ${target} does not answer at address ${to}`);
}

/** The meter still acknowledges at the old speed. @throws BridgeError meter/no-answer, meter/refused */
export async function switchBaud(master: Master, target: Target, to: number): Promise<void> {
  const a = await reach(master, target);
  const { frame } = await master.send(switchBaudRequest(a, to), 1);
  if (!frame) throw new BridgeError('meter/refused', `meter ${target} does not take another speed`);
}

/** At the new speed; a meter that hears nothing there goes back to the old one by itself. */
export async function requireAnswer(master: Master, target: Target, to: number, from: number): Promise<void> {
  try {
    await reach(master, target);
  } catch (cause) {
    throw new BridgeError('meter/no-answer', `meter ${target} does not answer at ${to} baud`, {
      cause,
      hint: `After some minutes it should answer at ${from} baud again; no speed was changed in the configuration.`,
    });
  }
}
