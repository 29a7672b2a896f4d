import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import {
  decodeKmp,
  encodeKmp,
  FrameSplitter,
  KMP_LIMIT,
  type KmpFrame,
  scanKmp,
} from '@meterbridge/core/frames';
import { parseLine } from '@meterbridge/core/model';
import { openSerial } from '@meterbridge/core/transport';
import { Exchange } from '../apps/kamstrup-bridge/src/exchange.ts';
import { profiles } from '../apps/kamstrup-bridge/src/meters/index.ts';
import { judge } from '../apps/kamstrup-bridge/src/protocol/answer.ts';
import { registerEntries } from '../apps/kamstrup-bridge/src/protocol/registers.ts';
import { registerRequest } from '../apps/kamstrup-bridge/src/protocol/request.ts';
import { MeterReader } from '../apps/kamstrup-bridge/src/reader.ts';
import { BYTE_MS } from '../apps/kamstrup-bridge/src/simulator/eye.ts';
import { FaultyHead } from '../apps/kamstrup-bridge/src/simulator/faults.ts';
import { SimulatedMeter } from '../apps/kamstrup-bridge/src/simulator/meter.ts';
import { serveMeter } from '../apps/kamstrup-bridge/src/simulator/serve.ts';
import { timingOf } from '../apps/kamstrup-bridge/src/timing.ts';
import { conformancePath } from '../packages/testing/src/conformance.ts';
import { measureAll } from './contests.ts';
import type { Contender, Contest } from './measure.ts';
import { bytesPerUnit, sumOfBytes } from './reference.ts';

/** All that kamstrup2mqtt reads: 32 registers. */
const REGISTERS = registerEntries.filter(({ isClassic }) => isClassic).map(({ id }) => id);
const LATENCY_MS = 60;

interface Answered {
  readonly request: KmpFrame;
  readonly bytes: Uint8Array;
}

/** How fast answers are read, and what a poll takes beyond the time of its bytes on the line. */
export async function kmp() {
  return { codec: await measureAll(kmpContests()), poll: await pollAtWireSpeed() };
}

function kmpContests(): readonly Contest[] {
  return [
    readAnswers('8 registers each', simulated()),
    ...corpus().map((answers) => readAnswers('the conformance corpus', answers)),
  ];
}

function readAnswers(title: string, answers: readonly Answered[]): Contest {
  const contender = (name: string, run: (answer: Answered) => unknown): Contender => ({
    name,
    work: answers.length,
    run() {
      for (const answer of answers) if (run(answer) === null) throw new Error(`${name}: nothing was read`);
    },
  });
  const splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  const frames = answers.map(({ bytes }) => bytes);
  return {
    title: `KMP frames: ${title}`,
    unit: 'frames',
    bytesPerUnit: bytesPerUnit(frames),
    contenders: [
      sumOfBytes(frames),
      contender('frames found and checked', ({ bytes }) => decodeKmp(splitter.push(bytes)[0]!.bytes)),
      contender('frames to register values', ({ request, bytes }) => {
        const verdict = judge(request, splitter.push(bytes)[0]!.bytes);
        return 'answer' in verdict ? verdict.answer : null;
      }),
    ],
  };
}

function simulated(): readonly Answered[] {
  const meter = new SimulatedMeter({ model: '403', serial: 84_968_362, sleepAfterMs: null });
  const requests = [0, 8, 16, 24].map((at) => registerRequest(REGISTERS.slice(at, at + 8)));
  return Array.from({ length: 400 }, (_, at) => {
    const request = requests[at % requests.length]!;
    return { request, bytes: meter.answer(encodeKmp(request), Date.now())! };
  });
}

/** Each whole answer of the corpus, where that is at hand. */
function corpus(): readonly (readonly Answered[])[] {
  const folder = conformancePath('kmp');
  if (folder === null) return [];
  const { cases } = JSON.parse(readFileSync(join(folder, 'frames.json'), 'utf8'));
  const answers = cases.flatMap(({ request, rx_hex }: { request: { hex: string }; rx_hex: string }) => {
    const decoded = decodeKmp(bytesOf(request.hex));
    const pieces = new FrameSplitter(scanKmp, KMP_LIMIT).push(bytesOf(rx_hex));
    return pieces
      .filter(({ error, bytes }) => error === null && 'answer' in judge(decoded, bytes))
      .filter(({ bytes }) => bytes.length > 1)
      .map(({ bytes }) => ({ request: decoded, bytes }));
  });
  return [answers];
}

/** A poll through a pseudo terminal whose bytes take the time of 1200 baud. */
async function pollAtWireSpeed() {
  const line = parseLine('1200 8N2')!;
  await using cleanUp = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'kamstrup-'));
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const pty = join(folder, 'tty');
  let bytes = 0;
  let exchanges = 0;
  cleanUp.use(
    await serveMeter({
      meter: new SimulatedMeter({ model: '403', serial: 84_968_362, sleepAfterMs: null }),
      pty,
      isRealtime: true,
      hasEcho: false,
      latencyMs: LATENCY_MS,
      head: new FaultyHead([], () => 1),
      onTraffic: (direction, count) => {
        bytes += count;
        if (direction === 'request') exchanges++;
      },
    }),
  );
  const link = cleanUp.use(await openSerial({ path: pty, ...line }, { timeoutMs: 5_000 }));
  const exchange = new Exchange(link, timingOf('serial', line));
  const reader = new MeterReader({ id: 'heat', profile: profiles['403'], registers: REGISTERS });
  const read = () => reader.read(exchange, { intervalMs: 300_000, report: (error) => Promise.reject(error) });
  await read();
  bytes = exchanges = 0;
  const startMs = performance.now();
  await read();
  const tookMs = performance.now() - startMs;
  const wireMs = bytes * BYTE_MS + exchanges * LATENCY_MS;
  const figures = { registers: REGISTERS.length, exchanges, bytes, wireMs, tookMs, ratio: tookMs / wireMs };
  console.log(
    `\nKMP poll of ${figures.registers} registers at 1200 baud: ${tookMs.toFixed(0)} ms, ${figures.ratio.toFixed(3)} × its wire time`,
  );
  return figures;
}
