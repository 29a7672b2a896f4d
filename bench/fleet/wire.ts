import { connect, type Socket } from 'node:net';

/** MQTT 3.1.1, as little of it as moves messages: what carries the load shall take as little of the machine as can be. */
const CONNECT = 0x10;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const KEPT_SESSION = 0;

type OnPacket = (first: number, bytes: Buffer, start: number, end: number) => void;

/** A connection whose session the broker keeps. @param onPacket all but the answer to CONNECT */
export function open(port: number, clientId: string, onPacket: OnPacket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let rest: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true).once('error', reject);
    socket.write(packet(CONNECT, [text('MQTT'), Buffer.from([4, KEPT_SESSION, 0, 0]), text(clientId)]));
    socket.on('data', (chunk: Buffer) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let at = 0;
      for (let end = endOf(bytes, at); end > 0; end = endOf(bytes, at)) {
        const start = bytes[at + 1]! < 0x80 ? at + 2 : at + 3;
        if (bytes[at]! === 0x20) resolve(socket);
        else onPacket(bytes[at]!, bytes, start, end);
        at = end;
      }
      rest = bytes.subarray(at);
    });
  });
}

/** Behind the packet at `at`, whose length has one byte or two; 0 if it is not all there. */
function endOf(bytes: Buffer, at: number): number {
  if (at + 3 > bytes.length) return at + 2 === bytes.length && bytes[at + 1] === 0 ? bytes.length : 0;
  const low = bytes[at + 1]!;
  const end = low < 0x80 ? at + 2 + low : at + 3 + (low & 0x7f) + (bytes[at + 2]! << 7);
  return end <= bytes.length ? end : 0;
}

export function subscribe(filter: string): Buffer {
  return packet(SUBSCRIBE, [Buffer.from([0, 1]), text(filter), Buffer.from([1])]);
}

/** With QoS 1; the packet identifier is to be set by `setId`. */
export function publish(topic: string, payload: Buffer): Buffer {
  return packet(0x32, [text(topic), Buffer.alloc(2), payload]);
}

/** Of a packet that `publish` made. */
export function setId(publishPacket: Buffer, id: number): void {
  const start = publishPacket[1]! < 0x80 ? 2 : 3;
  publishPacket.writeUInt16BE(id, start + 2 + publishPacket.readUInt16BE(start));
}

/** Where the packet identifier of a PUBLISH is whose variable header begins at `start`. */
export function idAt(bytes: Buffer, start: number): number {
  return start + 2 + bytes.readUInt16BE(start);
}

/** Acknowledgements that are collected until they are written together. */
export class Acks {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = 0;

  add(high: number, low: number): void {
    if (this.#length === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#length)]);
    this.#bytes.set([PUBACK, 2, high, low], this.#length);
    this.#length += 4;
  }

  write(socket: Socket): void {
    if (this.#length > 0) socket.write(Buffer.from(this.#bytes.subarray(0, this.#length)));
    this.#length = 0;
  }
}

function packet(first: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

function text(characters: string): Buffer {
  const bytes = Buffer.from(characters);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
