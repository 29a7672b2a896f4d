import { type BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { KmpFrame } from '@meterbridge/core/frames';
import type { Exchange } from './exchange.ts';
import { isDamage, isSilence } from './failure.ts';
import type { Answer } from './protocol/answer.ts';
import { registerRequest, serialRequest, typeRequest } from './protocol/request.ts';

/** What a meter says of itself; null for what it does not say. */
export interface Identity {
  readonly serial: string | null;
  readonly meterType: number | null;
  readonly revision: string | null;
}

/** Register with the number that GetSerialNo gives. */
const SERIAL_NUMBER = 1001;
/** The longest of these answers, all of it stuffed. */
const LONGEST = 36;

/**
 * Asks a meter that is known to be awake who it is. Not every one understands each of the questions, and a meter does
 * not say that it does not understand: it is silent.
 * @throws BridgeError as Exchange.ask, if the serial number came back damaged; link/…
 */
export async function identify(exchange: Exchange): Promise<Identity> {
  const serial = (await askSerial(exchange)) ?? (await askRegister(exchange));
  const type = await askUnless(exchange, typeRequest(), (error) => isSilence(error) || isDamage(error));
  const { meterType = null, revision = null } = type?.kind === 'type' ? type : {};
  return { serial, meterType, revision };
}

async function askSerial(exchange: Exchange): Promise<string | null> {
  const answer = await askUnless(exchange, serialRequest(), isSilence);
  return answer?.kind === 'serial' ? answer.serial : null;
}

async function askRegister(exchange: Exchange): Promise<string | null> {
  const answer = await askUnless(exchange, registerRequest([SERIAL_NUMBER]), isSilence);
  return (answer?.kind === 'registers' && answer.records[0]?.value?.toString()) || null;
}

async function askUnless(
  exchange: Exchange,
  request: KmpFrame,
  isTolerable: (error: BridgeError) => boolean,
): Promise<Answer | null> {
  try {
    return await exchange.ask(request, LONGEST);
  } catch (thrown) {
    if (isTolerable(toBridgeError(thrown))) return null;
    throw thrown;
  }
}
