import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BridgeError } from '@meterbridge/core/errors';

/**
 * Lines of a text file, or of standard input for `-`, as they come.
 * @throws BridgeError input/unreadable
 */
export async function* inputLines(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const failure = new Promise<never>((_, reject) => input.once('error', reject));
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await Promise.race([lines.next(), failure]);
      if (done) return;
      yield value;
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${reason}`, { cause: thrown });
  }
}
