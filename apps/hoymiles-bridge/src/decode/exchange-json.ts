import { BridgeError } from '@meterbridge/core/errors';
import { decodeHm } from '@meterbridge/core/frames';
import { openFrame } from '../encryption.ts';
import { decodePayload } from '../protocol/commands.ts';
import { decodeMessage, encodeMessage, type MessageName } from '../protocol/message.ts';
import type { CommandStatusReply, Messages } from '../protocol/messages.ts';
import { joinPages, type Page } from '../protocol/pages.ts';
import { HmDecoder } from './hm-json.ts';
import { attempt, type Json } from './json.ts';
import { messageJson } from './messages-json.ts';

const COMMANDS: ReadonlySet<number> = new Set([0xa305, 0x2305]);
const COMMAND_REPLIES: ReadonlySet<number> = new Set([0xa205, 0x2205]);
const STATUS_REPLIES: ReadonlySet<number> = new Set([0xa206, 0x2206]);

/** One frame of a dialogue, in clear. */
interface Heard {
  readonly command: number;
  readonly payload: Uint8Array;
}

/** One page of an answer. */
interface Part {
  readonly name: MessageName;
  readonly fields: Messages[MessageName] & Page;
}

/** What came of a dialogue: an answer that was put together from its pages, and how commands got on. */
export function exchangeJson(frames: readonly Uint8Array[], encRand: Uint8Array | null): Json {
  return attempt(() => {
    const heard = frames.map((bytes) => inClear(bytes, encRand));
    const states = commandStates(heard);
    const parts = heard.flatMap(partOf);
    // What is asked for before, such as AppInfo, prepares for what the dialogue is about.
    const name = parts.at(-1)?.name;
    if (!name) return { frames: frames.map((bytes) => frameJson(bytes, encRand)), states };
    const own = parts.filter((part) => part.name === name);
    return { ...joinedJson(name, own), ...(states.length > 0 && { states }) };
  });
}

/** The first thing in some bytes. */
export function frameJson(bytes: Uint8Array, encRand: Uint8Array | null = null): Json {
  const decoder = new HmDecoder(encRand);
  const [first] = [...decoder.push(bytes), ...decoder.end()];
  return first ?? {};
}

/** @throws BridgeError frame/… */
function inClear(bytes: Uint8Array, encRand: Uint8Array | null): Heard {
  const frame = decodeHm(bytes);
  return frame.tag && encRand ? openFrame(frame, encRand) : frame;
}

/** @throws BridgeError frame/malformed */
function partOf({ command, payload }: Heard): readonly Part[] {
  const message = decodePayload(command, payload);
  if (!message || !('pages' in message.fields && 'page' in message.fields)) return [];
  return [{ name: message.name, fields: message.fields }];
}

/** @throws BridgeError meter/no-answer if a page never came: the others are not the whole plant */
function joinedJson(name: MessageName, parts: readonly Part[]): Json {
  const count = Math.max(1, parts[0]!.fields.pages);
  const inOrder = Array.from({ length: Math.min(count, parts.length) }, (_, at) =>
    parts.find(({ fields }) => fields.page === at),
  );
  const [first, ...others] = inOrder.flatMap((part) => part?.fields ?? []);
  if (!first || others.length + 1 < count) {
    const there = first ? others.length + 1 : 0;
    throw new BridgeError('meter/no-answer', `${there} of ${count} pages came`);
  }
  const joined = decodeMessage(name, encodeMessage(name, joinPages(first, others)));
  return { merged_raw: joined.raw, decoded: messageJson(joined) };
}

/** How the commands of a dialogue got on, in order; replies belong to a command by its number. */
function commandStates(heard: readonly Heard[]): readonly string[] {
  const numbers = new Set<number>();
  return heard.flatMap(({ command, payload }) => {
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
