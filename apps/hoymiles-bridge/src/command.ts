import { BridgeError } from '@meterbridge/core/errors';
import type { DtuSession } from './dtu-session.ts';
import { REQUEST } from './protocol/commands.ts';
import { decodeMessage, encodeMessage } from './protocol/message.ts';

/** Actions of a command. */
export const ACTION = {
  restartDtu: 1,
  restartInverter: 3,
  inverterOn: 6,
  inverterOff: 7,
  limit: 8,
  fastRefresh: 33,
  readAlarms: 50,
} as const;

/** Kind of device in commands that name inverters, and in those to the DTU itself. */
export const DTU_KIND = 1;

type Fields = Parameters<typeof encodeMessage<'Command'>>[1];

/**
 * @param time Unix seconds; the number of the command as well
 * @throws BridgeError meter/refused, meter/no-answer, frame/…, link/…
 */
export async function sendCommand(
  session: DtuSession,
  time: number,
  fields: Fields,
  request: number = REQUEST.command,
): Promise<void> {
  const payload = encodeMessage('Command', { ...fields, time, packages: 1, transaction: time });
  const { error } = decodeMessage('CommandReply', await session.ask(request, payload)).fields;
  if (error !== 0) throw new BridgeError('meter/refused', `the DTU refused a command with error ${error}`);
}
