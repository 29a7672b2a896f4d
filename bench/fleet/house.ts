import { Acks, idAt, open, subscribe } from './wire.ts';

/** A process that counts what arrives at the central broker, over all of its restarts. */
const port = Number(process.argv[2]);
const AGAIN_MS = 300;
const REPORT_MS = 50;
/** Around id and time in what the proxy publishes. */
const KEY_START = '{"id":"'.length;
const KEY_BYTES = '33B1225950027","time":"20260112163900'.length;

export interface Heard {
  readonly count: number;
  readonly different: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

const different = new Set<string>();
let count = 0;
let firstMs = 0;
let lastMs = 0;

setInterval(
  () => process.send?.({ count, different: different.size, firstMs, lastMs } satisfies Heard),
  REPORT_MS,
);
process.once('disconnect', () => process.exit());
await listen();
process.send?.('listening');

async function listen(): Promise<void> {
  const acks = new Acks();
  const socket = await open(port, 'bench-house', (first, bytes, start) => {
    if (first >>> 4 !== 3) return;
    const id = idAt(bytes, start);
    acks.add(bytes[id]!, bytes[id + 1]!);
    lastMs = performance.now();
    if (count++ === 0) firstMs = lastMs;
    different.add(bytes.toString('latin1', id + 2 + KEY_START, id + 2 + KEY_START + KEY_BYTES));
  });
  socket.on('data', () => acks.write(socket));
  socket.on('close', () => void again());
  socket.write(subscribe('kpm33b/+/seconds'));
}

async function again(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  await listen().catch(again);
}
