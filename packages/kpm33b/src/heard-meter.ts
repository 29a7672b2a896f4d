import { isDeviceId } from './device-id.ts';
import { isObject, MAX_MESSAGE_BYTES, parseJson } from './message.ts';

/**
 * The meter whose electrical values a message of the central broker holds, or null if it holds none. The id is that of
 * the payload; the level of the topic counts only where the payload has none.
 * @param text null if the payload is no UTF-8
 */
export function heardMeter(mainTopic: string, topic: string, text: string | null): string | null {
  if (!topic.startsWith(`${mainTopic}/`) || text === '' || (text?.length ?? 0) > MAX_MESSAGE_BYTES)
    return null;
  const levels = topic.slice(mainTopic.length + 1).split('/');
  if (levels.length < 2 || levels.at(-1) !== 'seconds') return null;
  const payload = text === null ? undefined : parseJson(text);
  const hasId = isObject(payload) && Object.hasOwn(payload, 'id');
  const id = hasId ? payload.id : levels.at(-2);
  return isDeviceId(id) ? id : null;
}
