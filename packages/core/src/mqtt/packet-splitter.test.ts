import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketSplitter } from './packet-splitter.ts';

/** What comes out of a splitter, in hex, that gets these chunks. */
function split(chunks: readonly Uint8Array[], maxBytes = 1_000) {
  const splitter = new PacketSplitter(maxBytes);
  const packets: string[] = [];
  for (const chunk of chunks) {
    const read = Buffer.from(chunk);
    const fault = splitter.push(read, (bytes, at, start, end) =>
      packets.push(`${bytes.toString('hex', at, start)} ${bytes.toString('hex', start, end)}`.trim()),
    );
    // As a socket does that reads everything into the same buffer.
    read.fill(0xff);
    if (fault) return { packets, fault };
  }
  return { packets, fault: null };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('packets of MQTT', () => {
  it('are cut out of what comes', () => {
    const { packets, fault } = split([hex('20 03 00 00 00  30 05 0001 61 00 78  d0 00')]);
    expect(fault).toBeNull();
    expect(packets).toEqual(['2003 000000', '3005 0001610078', 'd000']);
  });

  it('are whole however their bytes are dealt out', () => {
    // A length of one, two and three bytes (MQTT 5, table 1-1).
    const lengths = [0, 127, 128, 16_383, 16_384];
    const packets = lengths.map((length) => {
      const head =
        length < 128 ? [length] : length < 16_384 ? [(length % 128) | 128, length >> 7] : [128, 128, 1];
      return Buffer.concat([Uint8Array.of(0x30, ...head), Buffer.alloc(length, length)]);
    });
    const all = Buffer.concat(packets);
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 20 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), all.length];
        const chunks = ends.map((end, at) => all.subarray(ends[at - 1] ?? 0, end));
        const found = split(chunks, 20_000).packets.map((packet) => packet.replace(' ', ''));
        expect(found).toEqual(packets.map((packet) => packet.toString('hex')));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['no packet that a broker sends', '48 54 54 50', 'a packet that begins with 0x48'],
    ['a request', '82 00', 'a packet that begins with 0x82'],
    ['an acknowledgement with flags', '42 02 00 01', 'a packet that begins with 0x42'],
    ['one that is too long, before it is there', '30 e9 07', 'a packet of more than 1000 bytes'],
    ['a length without end', '30 80 80 80 80 00', 'a packet of more than 1000 bytes'],
  ])('end at %s', (_, bytes, fault) => {
    expect(split([hex('d0 00'), hex(bytes), hex('d0 00')])).toEqual({ packets: ['d000'], fault });
  });
});
