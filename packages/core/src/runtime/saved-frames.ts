/** How a support bundle begins, and the frames that the page saves. */
const SAVED = /^\s*\{\s*"(?:app|line)"/;

/**
 * Passes chunks on as they are, but for a support bundle or saved frames: of them, the frames.
 * @param show what is made of a frame in hexadecimal
 */
export async function* savedFrames(
  chunks: AsyncIterable<Uint8Array>,
  show: (hex: string) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  let saved: Uint8Array[] | null = null;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && SAVED.test(Buffer.from(chunk).toString('latin1'))) saved = [];
    isFirst = false;
    if (saved) saved.push(chunk);
    else yield chunk;
  }
  if (saved) yield* hexOf(JSON.parse(Buffer.concat(saved).toString())).map(show);
}

/** Every text under a key `hex`, in the order of the file: a bundle holds the frames of several lines. */
function hexOf(saved: unknown): readonly string[] {
  if (typeof saved !== 'object' || saved === null) return [];
  return Object.entries(saved).flatMap(([key, value]) =>
    key === 'hex' && typeof value === 'string' ? [value] : hexOf(value),
  );
}
