import { Acks, idAt, open, publish, setId, subscribe } from './wire.ts';

/**
 * What the machine allows: passes on as many messages of about the same size as the proxy does, and confirms each when
 * the central broker has confirmed it, but looks at nothing in them except where id and time stand in its own fleet.
 */
const [internal, central] = process.argv.slice(2).map(Number);
const LAST_ID = 65_535;
const acks = new Acks();
/** By the packet identifier at the central broker: that at the internal one. */
const origins = new Uint16Array(LAST_ID + 1);
const outgoing: Buffer[] = [];
let id = 0;

const outer = await open(central!, 'bench-bare', (first, bytes, start) => {
  if (first !== 0x40) return;
  const origin = origins[bytes.readUInt16BE(start)]!;
  acks.add(origin >>> 8, origin & 0xff);
});
const inner = await open(internal!, 'bench-bare', (first, bytes, start, end) => {
  if (first >>> 4 !== 3) return;
  const idStart = idAt(bytes, start);
  const payload = idStart + 2;
  const meter = bytes.toString('latin1', payload + 7, payload + 20);
  // Behind it: `","isend":"1"}`.
  const time = bytes.toString('latin1', end - 28, end - 14);
  const json = `{"id":"${meter}","time":"${time}","active_power":6.6905}`;
  const message = publish(`kpm33b/${meter}/seconds`, Buffer.from(json));
  id = (id % LAST_ID) + 1;
  origins[id] = bytes.readUInt16BE(idStart);
  setId(message, id);
  outgoing.push(message);
});
outer.on('data', () => acks.write(inner));
inner.on('data', () => {
  if (outgoing.length > 0) outer.write(Buffer.concat(outgoing.splice(0)));
});
for (const topic of ['MQTT_RT_DATA', 'MQTT_ENY_NOW']) inner.write(subscribe(topic));
