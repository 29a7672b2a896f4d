import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Link } from './link.ts';

export const SOON = { timeoutMs: 5_000 };
/** For what must not happen, or must not happen yet. */
const BRIEFLY = { timeoutMs: 500 };

export interface LinkEnds {
  readonly meter: Link;
  readonly reader: Link;
}

export interface LinkKind {
  open(): Promise<LinkEnds>;
  /** A line that is cut loses what is on its way; a connection that is closed does not. */
  readonly isCut: boolean;
  /** Bytes beyond which a meter must be made to wait if nobody reads. */
  readonly mostUnread: number;
  /** How many random sequences of chunks to try. */
  readonly runs: number;
}

export function lost(): unknown {
  return expect.objectContaining({ code: 'link/lost' });
}

/** Reads until there are `count` bytes. */
export async function readBytes(link: Link, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let at = 0;
  while (at < count) {
    const chunk = await link.read(SOON);
    if (chunk === null) throw new Error(`only ${at} of ${count} bytes arrived`);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** `count` bytes of a pattern that tells when some are lost, doubled or swapped; all 256 values are in it. */
export function pattern(from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => ((from + i) * 131 + ((from + i) >>> 8)) & 0xff);
}

/** What every kind of link promises. */
export function describeLink(name: string, kind: LinkKind): void {
  describe(name, () => {
    describe('carries bytes', () => describeBytes(kind));
    describe('when it has to wait', () => describeWaiting(kind));
    describe('when it ends', () => describeEnd(kind));
  });
}

type Test = (ends: LinkEnds) => Promise<void>;

function withEnds({ open }: LinkKind, test: Test): () => Promise<void> {
  return async () => {
    const ends = await open();
    await using stack = new AsyncDisposableStack();
    stack.use(ends.meter);
    stack.use(ends.reader);
    await test(ends);
  };
}

function describeBytes(kind: LinkKind): void {
  it(
    'keeps order and content of bytes, both ways',
    withEnds(kind, async ({ meter, reader }) => {
      const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 8 });
      const carry = async (from: Link, to: Link, sent: readonly Uint8Array[]) => {
        const total = sent.reduce((sum, { length }) => sum + length, 0);
        const arriving = readBytes(to, total);
        for (const chunk of sent) await from.write(chunk, SOON);
        expect(Buffer.from(await arriving)).toEqual(Buffer.concat(sent));
      };
      const property = fc.asyncProperty(chunks, chunks, async (down, up) => {
        await Promise.all([carry(meter, reader, down), carry(reader, meter, up)]);
      });
      await fc.assert(property, { numRuns: kind.runs });
    }),
  );

  it(
    'carries every byte value',
    withEnds(kind, async ({ meter, reader }) => {
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await meter.write(all, SOON);
      expect(await readBytes(reader, 256)).toEqual(all);
      await reader.write(all, SOON);
      expect(await readBytes(meter, 256)).toEqual(all);
    }),
  );

  it(
    'lets the writer use its bytes again',
    withEnds(kind, async ({ meter, reader }) => {
      const bytes = Buffer.from('first');
      await meter.write(bytes, SOON);
      bytes.fill(0);
      expect(Buffer.from(await readBytes(reader, 5)).toString()).toBe('first');
    }),
  );
}

function describeWaiting(kind: LinkKind): void {
  it(
    'answers null when nothing arrives in time, and reads on afterwards',
    withEnds(kind, async ({ meter, reader }) => {
      expect(await reader.read({ timeoutMs: 10 })).toBeNull();
      await meter.write(Buffer.from('x'), SOON);
      expect(await readBytes(reader, 1)).toEqual(Uint8Array.of(0x78));
    }),
  );

  it(
    "throws the signal's reason when a read is aborted, and reads on afterwards",
    withEnds(kind, async ({ meter, reader }) => {
      const abort = new AbortController();
      const reading = reader.read({ ...SOON, signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
      await expect(reader.read({ ...SOON, signal: abort.signal })).rejects.toThrow('enough');
      await expect(reader.write(Buffer.from('x'), { ...SOON, signal: abort.signal })).rejects.toThrow(
        'enough',
      );
      await meter.write(Buffer.from('y'), SOON);
      expect(await readBytes(reader, 1)).toEqual(Uint8Array.of(0x79));
    }),
  );

  it(
    'refuses a second read at the same time',
    withEnds(kind, async ({ meter, reader }) => {
      const reading = reader.read(SOON);
      await expect(reader.read(SOON)).rejects.toThrow('being read already');
      await meter.write(Buffer.from('z'), SOON);
      expect(await reading).toEqual(Uint8Array.of(0x7a));
    }),
  );

  it(
    'makes the other end wait when nobody reads, and loses nothing',
    withEnds(kind, async ({ meter, reader }) => {
      const size = 64 * 1024;
      let begun = 0;
      const writeUntilStuck = async () => {
        for (; begun < kind.mostUnread; begun += size) await meter.write(pattern(begun, size), BRIEFLY);
      };
      const stuck = expect.objectContaining({ code: 'link/timeout' });
      await expect(writeUntilStuck()).rejects.toThrow(stuck);
      // A second write does not begin, so nothing of it may arrive.
      await expect(meter.write(Buffer.alloc(size), BRIEFLY)).rejects.toThrow(stuck);
      const total = begun + size;
      expect(Buffer.compare(await readBytes(reader, total), pattern(0, total))).toBe(0);
      expect(await reader.read(BRIEFLY)).toBeNull();
      await meter.write(Buffer.from('on'), SOON);
      expect(Buffer.from(await readBytes(reader, 2)).toString()).toBe('on');
    }),
  );
}

function describeEnd(kind: LinkKind): void {
  it(
    'wakes a waiting read when it is closed',
    withEnds(kind, async ({ reader }) => {
      const reading = reader.read(SOON);
      const failing = expect(reading).rejects.toThrow(lost());
      await reader.close();
      await failing;
    }),
  );

  it(
    'can be closed twice, and is lost for reading and writing from then on',
    withEnds(kind, async ({ reader }) => {
      await Promise.all([reader.close(), reader.close()]);
      await reader.close();
      await expect(reader.read(SOON)).rejects.toThrow(lost());
      await expect(reader.write(Buffer.from('x'), SOON)).rejects.toThrow(lost());
    }),
  );

  it(
    'is lost when the other end closes',
    withEnds(kind, async ({ meter, reader }) => {
      const failing = expect(reader.read(SOON)).rejects.toThrow(lost());
      await meter.close();
      await failing;
      await expect(reader.write(Buffer.from('x'), SOON)).rejects.toThrow(lost());
      await expect(reader.read(SOON)).rejects.toThrow(lost());
    }),
  );

  it.skipIf(kind.isCut)(
    'delivers what was sent before the other end closed',
    withEnds(kind, async ({ meter, reader }) => {
      const bytes = pattern(0, 1_000);
      await meter.write(bytes, SOON);
      await meter.close();
      expect(await readBytes(reader, 1_000)).toEqual(bytes);
      await expect(reader.read(SOON)).rejects.toThrow(lost());
    }),
  );
}
