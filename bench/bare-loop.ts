import type { Message } from '@meterbridge/core/mqtt';

/** Under way at once. */
export const WINDOW = 256;

type Send = (message: Message, done: (error?: Error | null) => void) => void;

/** Sends all messages, `WINDOW` of them under way, and nothing around it. Resolves when the last one is confirmed. */
export function sendAll(send: Send, messages: readonly Message[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let confirmed = 0;
    const sendNext = (): void => {
      send(messages[next++]!, (error) => {
        if (error) return reject(error);
        confirmed++;
        if (next < messages.length) sendNext();
        else if (confirmed === messages.length) resolve();
      });
    };
    while (next < Math.min(WINDOW, messages.length)) sendNext();
  });
}
