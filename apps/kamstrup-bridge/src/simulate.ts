import { seededRandom } from '@meterbridge/core/codec';
import type { TcpAddress } from '@meterbridge/core/model';
import { runSimulator } from '@meterbridge/core/runtime';
import { type Fault, FaultyHead } from './simulator/faults.ts';
import { SimulatedMeter } from './simulator/meter.ts';
import type { SimulatedModel } from './simulator/registers.ts';
import { serveMeter } from './simulator/serve.ts';

export interface SimulateOptions {
  readonly listen?: TcpAddress;
  readonly pty?: string;
  readonly model: SimulatedModel;
  readonly serial: number;
  readonly echo: boolean;
  readonly realtime: boolean;
  readonly latency: number;
  readonly asleep: boolean;
  readonly sleep?: number;
  readonly fault: readonly Fault[];
  readonly seed: number;
}

/** Is a meter until the process is asked to end. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const { model, serial, echo, realtime, latency, asleep, sleep, fault, seed } = options;
  const sleepAfterMs = sleep === undefined ? null : sleep * 1000;
  const meter = new SimulatedMeter({ model, serial, sleepAfterMs });
  if (fault.includes('missing-register')) meter.lacking.add(74);
  if (asleep) meter.fallAsleep();
  process.on('SIGUSR2', () => meter.wake());
  const head = {
    meter,
    isRealtime: realtime,
    hasEcho: echo,
    latencyMs: latency,
    head: new FaultyHead(fault, seededRandom(seed)),
  };
  await runSimulator(options, `MULTICAL ${model}`, (places) => serveMeter({ ...head, ...places }));
}
