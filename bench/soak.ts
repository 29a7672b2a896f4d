import { readFileSync } from 'node:fs';
import type { BridgeStatus } from '@meterbridge/core/page';
import { freePort, type RunningApp, startApp, startBroker } from '@meterbridge/testing';
import { FAULTS } from '../apps/dsmr-bridge/src/simulator/faults.ts';
import { servePort } from '../apps/dsmr-bridge/src/simulator/serve.ts';

/** A meter of DSMR 5.0 sends every second. */
const INTERVAL_MS = 10;
const SAMPLE_MS = 10_000;
/** Until then a process still finds its size. */
const WARM_UP_MINUTES = 2;
const BROKER_RESTART_MS = 60_000;
/** A log of each message would be read whole at each restart. */
const QUIET = ['log_type none', 'log_type information'];
/** As in the container image. */
const NODE_OPTIONS = '--max-semi-space-size=1 --max-old-space-size=96';

interface Sample {
  readonly minute: number;
  readonly residentMB: number;
  readonly readings: number;
}

/** Runs a bridge at 100 times real speed on a bad line, with a broker that is restarted every minute, and watches its memory. */
export async function soak({ minutes }: { readonly minutes: number }) {
  await using broker = await startBroker({ persistence: true, config: QUIET });
  await using port = await servePort({
    version: '5.0',
    faults: FAULTS,
    intervalMs: INTERVAL_MS,
    seed: 1,
    tcp: { host: '127.0.0.1', tcpPort: 0 },
  });
  const httpPort = await freePort();
  const meters = [{ id: 'main', address: `tcp://127.0.0.1:${port.tcpPort}` }];
  await using app = await startApp('dsmr-bridge', ['run'], {
    config: { mqtt: { url: broker.url }, log: { level: 'fatal' }, http: { port: httpPort }, meters },
    env: { NODE_OPTIONS },
  });
  const samples: Sample[] = [];
  const startMs = performance.now();
  const elapsedMs = (): number => performance.now() - startMs;
  let restartMs = BROKER_RESTART_MS;
  while (elapsedMs() < minutes * 60_000) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    samples.push(await sampleOf(app, httpPort, elapsedMs() / 60_000));
    const { minute, residentMB, readings } = samples.at(-1)!;
    console.log(`${minute.toFixed(1)} min  ${residentMB.toFixed(1)} MB  ${readings} readings`);
    if (elapsedMs() < restartMs) continue;
    restartMs += BROKER_RESTART_MS;
    await broker.kill();
    await broker.start();
  }
  const settled = samples.filter(({ minute }) => minute > Math.min(WARM_UP_MINUTES, minutes / 2));
  const growth = slopePerHour(settled);
  console.log(`resident memory after warm-up: ${growth.toFixed(1)} MB per hour`);
  return { minutes, samples, growthMBPerHour: growth };
}

async function sampleOf({ process }: RunningApp, httpPort: number, minute: number): Promise<Sample> {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  const answer = await fetch(`http://127.0.0.1:${httpPort}/status`);
  const { lines }: BridgeStatus = JSON.parse(await answer.text());
  return { minute, residentMB: (Number(kilobytes) * 1024) / 1e6, readings: lines[0]!.readings };
}

/** Least squares. */
function slopePerHour(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const minute = mean((sample) => sample.minute);
  const resident = mean((sample) => sample.residentMB);
  const covariance = mean((sample) => (sample.minute - minute) * (sample.residentMB - resident));
  return (60 * covariance) / mean((sample) => (sample.minute - minute) ** 2);
}
