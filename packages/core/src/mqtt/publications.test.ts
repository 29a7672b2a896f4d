import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { message, onPackets, type Packet, publishOf } from './client.fixture.ts';
import { PacketIds } from './packet-ids.ts';
import { Publications } from './publications.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('writes PUBLISH packets as MQTT 5 and 3.1.1 have them', async () => {
  const written: string[] = [];
  const write = (bytes: Uint8Array) => written.push(Buffer.from(bytes).toString('hex'));
  // Fixed header, length, topic "a/ü", packet identifier 1, (no properties), payload "xy" (sections 3.3 of both).
  new Publications(5, new PacketIds(), write).publish(message('a/ü', 'xy'), () => undefined);
  new Publications(4, new PacketIds(), write).publish(
    message('a/ü', 'xy', { retain: true }),
    () => undefined,
  );
  await turn();
  expect(written).toEqual(['320b0004612fc3bc0001007879', '330a0004612fc3bc00017879']);
});

it('keeps every message whole and in order, whatever their sizes', async () => {
  const payload = fc.string({ unit: 'binary', maxLength: 70_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { maxLength: 12 }), async (payloads) => {
      const chunks: Uint8Array[] = [];
      const publications = new Publications(5, new PacketIds(), (bytes) => chunks.push(bytes));
      for (const [at, one] of payloads.entries())
        publications.publish(message(`${at}`, one), () => undefined);
      await turn();
      expect(packetsOf(chunks).map((packet) => [publishOf(packet).topic, payloadOf(packet)])).toEqual(
        payloads.map((one, at) => [`${at}`, Buffer.from(one).toString()]),
      );
    }),
    { numRuns: 30 },
  );
});

it('tells of each message once what the broker said', () => {
  const publications = new Publications(5, new PacketIds(), () => undefined);
  const told: unknown[] = [];
  for (const topic of ['a', 'b'])
    publications.publish(message(topic), (error) => told.push(error?.facts ?? topic));
  for (const [id, reason] of [
    [2, 0x10],
    [1, 0x87],
    [1, 0],
    [9, 0],
  ] as const)
    publications.answered(id, reason);
  expect(told).toEqual(['b', expect.objectContaining({ topic: 'a', reason: 0x87 })]);
});

it('says so when no packet identifier is free, and uses them again', () => {
  const ids = new PacketIds();
  const all = Array.from({ length: 65_535 }, () => ids.allocate());
  expect(new Set(all).size).toBe(65_535);
  expect(all).not.toContain(0);
  const publications = new Publications(5, ids, () => undefined);
  expect(publications.publish(message('a'), () => undefined)).toBe(false);
  ids.deallocate(300);
  expect(ids.allocate()).toBe(300);
});

/** Packets as a broker finds them in a stream. */
function packetsOf(chunks: readonly Uint8Array[]): readonly Packet[] {
  const packets: Packet[] = [];
  const stream = new PassThrough();
  onPackets(stream, (packet) => packets.push(packet));
  for (const chunk of chunks) stream.emit('data', chunk);
  return packets;
}

function payloadOf({ body }: Packet): string {
  return body.toString('utf8', 2 + body.readUInt16BE(0) + 3);
}
