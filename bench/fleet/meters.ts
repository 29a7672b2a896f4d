import { seededRandom } from '@meterbridge/core/codec';
import { Fleet, timeText } from '../../apps/kpm33b-proxy/src/simulator/fleet.ts';
import { open, publish, setId } from './wire.ts';

/** A process that publishes as a fleet does: electrical values of each meter in turn. */
const [port = '', rate = '', total = '', meters = ''] = process.argv.slice(2);
const TOPIC = 'MQTT_RT_DATA';
const MAX_UNDER_WAY = 1_000;
const TICK_MS = 5;
const LAST_ID = 65_535;
/** Written together; a fleet is larger, so that no message stands twice in a batch. */
const BATCH = 100;

let confirmed = 0;
let clockUpload = -1;
let clockText = '';
const socket = await open(Number(port), 'bench-meters', (first) => {
  if (first === 0x40) confirmed++;
});

const packets = templates(Number(meters));
const timeStart = packets[0]!.indexOf('"time":"') + 8;
const startMs = performance.now();
let sent = 0;
while (confirmed < Number(total)) {
  const due = Math.min(Number(total), ((performance.now() - startMs) * Number(rate)) / 1000);
  while (sent < due && sent - confirmed < MAX_UNDER_WAY) {
    const batch: Buffer[] = [];
    while (sent < due && batch.length < BATCH) batch.push(next());
    socket.write(Buffer.concat(batch));
  }
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
process.send?.('published');
process.once('message', () => socket.destroy());

function next(): Buffer {
  const bytes = packets[sent % packets.length]!;
  bytes.write(clock(Math.floor(sent / packets.length)), timeStart, 'latin1');
  setId(bytes, (sent % LAST_ID) + 1);
  sent++;
  return bytes;
}

/** Of the meters, which all tick together. */
function clock(upload: number): string {
  if (upload !== clockUpload) {
    clockUpload = upload;
    clockText = timeText(Date.UTC(2026, 0, 12) + 60_000 * upload);
  }
  return clockText;
}

/** One message of each meter, made of a single upload. */
function templates(count: number): readonly Buffer[] {
  const fleet = new Fleet({ meters: count, faults: new Set(), random: seededRandom(1) });
  const [{ payload: sample } = { payload: '' }] = fleet.upload(0, 'seconds', 0);
  return fleet.ids.map((id) => publish(TOPIC, Buffer.from(sample.replace(fleet.ids[0]!, id))));
}
