import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PublishReader } from './publish-packet.ts';

const readPublish = (version: 5 | 4, first: number, body: Buffer) =>
  // Among other packets, which it must not look into.
  new PublishReader(version).read(first, Buffer.concat([body, body, body]), body.length, 2 * body.length);

const read = (version: 5 | 4, first: number, body: string) => {
  const publish = readPublish(version, first, Buffer.from(body.replaceAll(' ', ''), 'hex'));
  return publish && { ...publish, payload: publish.payload.toString('hex') };
};

describe('a PUBLISH packet', () => {
  it.each([
    ['of MQTT 3.1.1', 4, 0x30, '0003 612f62 7879', { topic: 'a/b', payload: '7879', packetId: null }],
    ['with QoS 1', 4, 0x32, '0001 61 1234 78', { topic: 'a', payload: '78', packetId: 0x1234 }],
    ['that comes again', 4, 0x3a, '0001 61 0007', { topic: 'a', payload: '', packetId: 7 }],
    ['of MQTT 5', 5, 0x32, '0001 61 1234 00 78', { topic: 'a', payload: '78', packetId: 0x1234 }],
    ['with properties', 5, 0x30, '0001 61 02 0101 78', { topic: 'a', payload: '78', packetId: null }],
    ['with a topic beyond ASCII', 5, 0x30, '0002 c3a4 00', { topic: 'ä', payload: '', packetId: null }],
  ] as const)('%s is read', (_, version, first, body, want) => {
    expect(read(version, first, body)).toEqual({ retain: false, ...want });
  });

  it('has its own topic, whatever came before', () => {
    const reader = new PublishReader(4);
    const topics = ['a', 'a', 'b', 'bc', 'a', '', 'ä', 'a'];
    const read = topics.map((topic) => {
      const body = Buffer.from(`\0${String.fromCharCode(Buffer.byteLength(topic))}${topic}x`);
      const publish = reader.read(0x30, body, 0, body.length);
      body.fill(0);
      return publish?.topic;
    });
    expect(read).toEqual(topics);
  });

  it('tells whether the message was kept by the broker', () => {
    expect(read(5, 0x31, '0001 61 00')).toMatchObject({ retain: true });
  });

  it.each([
    ['QoS 2', 5, 0x34, '0001 61 0001 00'],
    ['QoS 3', 5, 0x36, '0001 61 0001 00'],
    ['no topic', 5, 0x30, '00'],
    ['a topic longer than the packet', 5, 0x30, '0005 61 00'],
    ['no room for a packet identifier', 4, 0x32, '0001 61 12'],
    ['the packet identifier 0', 4, 0x32, '0001 61 0000 78'],
    ['no properties', 5, 0x30, '0001 61'],
    ['properties longer than the packet', 5, 0x30, '0001 61 05 00'],
    ['a length of properties without end', 5, 0x30, '0001 61 80808080808000'],
  ] as const)('with %s is none', (_, version, first, body) => {
    expect(read(version, first, body)).toBeNull();
  });

  it('never throws', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(4, 5),
        fc.integer({ min: 0x30, max: 0x3f }),
        bytes,
        (version, first, body) => {
          const publish = readPublish(version, first, Buffer.from(body));
          expect(publish === null || publish.payload.length < body.length).toBe(true);
        },
      ),
    );
  });
});
