import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Between, Scene } from './fleet/scene.ts';
import { cpuSeconds, mostResidentMB } from './fleet/usage.ts';
import { type Spread, spreadOf } from './measure.ts';

const LOOK_EVERY_MS = 20;
/** The proxy itself waits up to a minute before it tries the central broker again. */
const GIVE_UP_MS = 120_000;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Plays that are compared take turns, so that what slows the machine slows all of them. */
const ROUNDS = 5;

/** One go of a play. */
interface Figures {
  readonly name: string;
  readonly sent: number;
  /** Not heard, though nothing more came for two minutes. */
  readonly missing: number;
  readonly repeated: number;
  readonly perSecond: number;
  /** Processor time per message of what stands between the brokers, from the first message heard to the last. */
  readonly cpuMicroseconds: number;
  readonly residentMB: number;
  /** The same of all processes: what they take together is the limit of the machine. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** All goes of a play. */
export interface FleetPlay {
  readonly name: string;
  readonly perSecond: Spread;
  /** Of all goes together. */
  readonly missing: number;
  readonly repeated: number;
  readonly cpuMicroseconds: number;
  /** The most. */
  readonly residentMB: number;
}

type Play = () => Promise<Figures>;

/** The proxy between two Mosquittos, with QoS 1, messages of 584 bytes, and its outbox in a file. */
export async function fleet(): Promise<readonly FleetPlay[]> {
  const far = { rate: 5_000, total: 100_000, meters: 2_000, roundTripMs: 20 };
  const full = { rate: UNLIMITED, total: 300_000, meters: 2_000 };
  const turns: readonly (readonly [plays: readonly Play[], rounds: number])[] = [
    [[() => steady('20,000 per second for 20 s', { rate: 20_000, total: 400_000, meters: 2_000 })], ROUNDS],
    [
      [
        () => steady('as many as go through', full),
        () => steady('as many as go through a bare socket', full, 'startBare'),
      ],
      ROUNDS,
    ],
    [
      [
        () => burst('a burst of 50,000 drained', 50_000, 100),
        () => burst('the same through a bare socket', 50_000, 100, 'startBare'),
      ],
      ROUNDS,
    ],
    [[() => steady('5,000 per second for 20 s, 20 ms to the central broker', far)], 1],
    [[() => burst('one message of each of 100,000 meters', 100_000, 100_000)], 1],
    [[() => outage('1,000 per second, the central broker away for 60 s', 1_000, 60)], 1],
  ];
  const results: FleetPlay[] = [];
  for (const [plays, rounds] of turns) results.push(...(await inTurn(plays, rounds)));
  return results;
}

async function inTurn(plays: readonly Play[], rounds: number): Promise<readonly FleetPlay[]> {
  const goes: Figures[][] = plays.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, play] of plays.entries()) {
      const figures = await play();
      goes[at]!.push(figures);
      print(figures);
    }
  }
  return goes.map(together);
}

function together(goes: readonly Figures[]): FleetPlay {
  const of = (value: (go: Figures) => number): readonly number[] => goes.map(value);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    name: goes[0]!.name,
    perSecond: spreadOf(of(({ perSecond }) => perSecond)),
    missing: sum(of(({ missing }) => missing)),
    repeated: sum(of(({ repeated }) => repeated)),
    cpuMicroseconds: spreadOf(of(({ cpuMicroseconds }) => cpuMicroseconds)).median,
    residentMB: Math.max(...of(({ residentMB }) => residentMB)),
  };
}

interface Load {
  readonly rate: number;
  readonly total: number;
  readonly meters: number;
  readonly roundTripMs?: number;
}

type Start = 'startProxy' | 'startBare';

async function steady(name: string, load: Load, start: Start = 'startProxy'): Promise<Figures> {
  await using scene = await Scene.set(load.roundTripMs ?? 0);
  await using between = await scene[start]();
  const meters = scene.startMeters(load.rate, load.total, load.meters);
  return await figuresOf(name, load.total, scene, between, meters);
}

/** What waited at the internal broker while the proxy was away. */
async function burst(
  name: string,
  total: number,
  meters: number,
  start: Start = 'startProxy',
): Promise<Figures> {
  await using scene = await Scene.set(0);
  const before = await scene[start]();
  before.process.kill('SIGTERM');
  await once(before.process, 'exit');
  const sender = scene.startMeters(UNLIMITED, total, meters);
  await once(sender, 'message');
  await using between = await scene[start]();
  return await figuresOf(name, total, scene, between, sender);
}

async function outage(name: string, rate: number, seconds: number): Promise<Figures> {
  await using scene = await Scene.set(0);
  await using proxy = await scene.startProxy();
  const total = rate * (seconds + 10);
  const meters = scene.startMeters(rate, total, 2_000);
  const figures = figuresOf(name, total, scene, proxy, meters);
  await sleep(5_000);
  await scene.central.stop();
  await sleep(1_000 * seconds);
  await scene.central.start();
  return await figures;
}

async function figuresOf(
  name: string,
  sent: number,
  scene: Scene,
  between: Between,
  meters: ChildProcess,
): Promise<Figures> {
  const pids = {
    proxy: between.process.pid!,
    meters: meters.pid!,
    'internal broker': await scene.internal.pid(),
    'central broker': await scene.central.pid(),
    house: scene.housePid,
  };
  while (scene.heard.count === 0) await sleep(LOOK_EVERY_MS);
  const [before, heardBefore] = [Object.values(pids).map(cpuSeconds), scene.heard.count];
  await allHeard(scene, sent);
  const { different, count, firstMs, lastMs } = scene.heard;
  const each = (at: number, pid: number): number =>
    ((cpuSecondsOrNone(pid, before[at]!) - before[at]!) / (count - heardBefore)) * 1e6;
  const cpu = Object.fromEntries(Object.entries(pids).map(([who, pid], at) => [who, each(at, pid)]));
  return {
    name,
    sent,
    missing: sent - different,
    repeated: count - different,
    perSecond: (1000 * count) / (lastMs - firstMs),
    cpuMicroseconds: cpu.proxy!,
    residentMB: mostResidentMB(between.process.pid!),
    cpu,
  };
}

/** A broker that was started again is another process. */
function cpuSecondsOrNone(pid: number, before: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return before;
  }
}

/** Until everything was heard, or nothing more comes. */
async function allHeard(scene: Scene, sent: number): Promise<void> {
  let [count, sinceMs] = [scene.heard.count, performance.now()];
  while (scene.heard.different < sent && performance.now() - sinceMs < GIVE_UP_MS) {
    await sleep(LOOK_EVERY_MS);
    if (scene.heard.count > count) [count, sinceMs] = [scene.heard.count, performance.now()];
  }
}

function print({ name, perSecond, missing, repeated, residentMB, cpu }: Figures): void {
  const parts = Object.entries(cpu).map(([who, microseconds]) => `${who} ${microseconds.toFixed(1)}`);
  console.log(
    `${name}: ${Math.round(perSecond)} per second, ${missing} missing, ${repeated} repeated, ${Math.round(residentMB)} MB; µs of processor each: ${parts.join(', ')}`,
  );
}
