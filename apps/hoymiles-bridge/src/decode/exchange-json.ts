import { BridgeError } from '@meterbridge/core/errors';
import { decodeHm } from '@meterbridge/core/frames';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import type { CommandStatusReply, RealDataNew } from '../protocol/messages.ts';
import { joinPages } from '../protocol/realdata.ts';
import { HmDecoder } from './hm-json.ts';
import { attempt, type Json } from './json.ts';
import { realDataJson } from './realdata-json.ts';

const REAL_DATA = 0xa211;
const COMMANDS: ReadonlySet<number> = new Set([0xa305, 0x2305]);
const COMMAND_REPLIES: ReadonlySet<number> = new Set([0xa205, 0x2205]);
const STATUS_REPLIES: ReadonlySet<number> = new Set([0xa206, 0x2206]);

/** What came of a dialogue: a reading that was put together from its pages, or how a command got on. */
export function exchangeJson(frames: readonly Uint8Array[]): Json {
  const heard = frames.map(decodeHm);
  const pages = heard.flatMap(({ command, payload }) =>
    command === REAL_DATA ? [decodeMessage('RealDataNew', payload).fields] : [],
  );
  if (pages.length > 0) return attempt(() => readingJson(pages));
  return { frames: frames.map((frame) => frameJson(frame)), states: commandStates(heard) };
}

/** The first thing in some bytes. */
export function frameJson(bytes: Uint8Array, encRand: Uint8Array | null = null): Json {
  const decoder = new HmDecoder(encRand);
  const [first] = [...decoder.push(bytes), ...decoder.end()];
  return first ?? {};
}

/** @throws BridgeError meter/no-answer if a page never came: the others are not the whole plant */
function readingJson(pages: readonly RealDataNew[]): Json {
  const count = Math.max(1, pages[0]!.pages);
  const inOrder = Array.from({ length: Math.min(count, pages.length) }, (_, at) =>
    pages.find(({ page }) => page === at),
  );
  const there = inOrder.filter((page) => page !== undefined);
  if (there.length < count)
    throw new BridgeError('meter/no-answer', `${there.length} of ${count} pages came`);
  const joined = joinPages(there);
  const { raw } = decodeMessage('RealDataNew', encodeMessage('RealDataNew', joined));
  return { merged_raw: raw, decoded: realDataJson(joined) };
}

/** How the commands of a dialogue got on, in order; replies belong to a command by its number. */
function commandStates(
  frames: readonly { readonly command: number; readonly payload: Uint8Array }[],
): Json['states'] {
  const numbers = new Set<number>();
  return frames.flatMap(({ command, payload }) => {
    if (COMMANDS.has(command)) numbers.add(decodeMessage('Command', payload).fields.transaction);
    if (COMMAND_REPLIES.has(command)) {
      const { error, transaction } = decodeMessage('CommandReply', payload).fields;
      return numbers.has(transaction) ? [error === 0 ? 'accepted' : 'rejected'] : [];
    }
    if (!STATUS_REPLIES.has(command)) return [];
    const { fields } = decodeMessage('CommandStatusReply', payload);
    return numbers.has(fields.transaction) ? [statusOf(fields)] : [];
  });
}

function statusOf({ failed, errors, running, done }: CommandStatusReply): string {
  if (failed.length > 0 || errors.length > 0) return 'failed';
  return running.length > 0 || done.length === 0 ? 'in_progress' : 'done';
}
