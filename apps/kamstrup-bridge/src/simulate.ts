import { once } from 'node:events';
import { seededRandom } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import type { TcpAddress } from '@meterbridge/core/model';
import { untilInterrupted } from '@meterbridge/core/runtime';
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
  const { listen, pty, model, serial, echo, realtime, latency, asleep, sleep, fault, seed } = options;
  if (!listen && !pty) throw new BridgeError('usage/invalid', 'simulate needs --listen, --pty, or both');
  const signal = untilInterrupted();
  const sleepAfterMs = sleep === undefined ? null : sleep * 1000;
  const meter = new SimulatedMeter({ model, serial, sleepAfterMs });
  if (fault.includes('missing-register')) meter.lacking.add(74);
  if (asleep) meter.fallAsleep();
  process.on('SIGUSR2', () => meter.wake());
  await using head = await serveMeter({
    meter,
    tcp: listen,
    pty,
    isRealtime: realtime,
    hasEcho: echo,
    latencyMs: latency,
    head: new FaultyHead(fault, seededRandom(seed)),
  });
  if (listen) process.stdout.write(`MULTICAL ${model} on tcp://${listen.host}:${head.tcpPort}\n`);
  if (pty) process.stdout.write(`MULTICAL ${model} on ${pty}\n`);
  await once(signal, 'abort');
}
