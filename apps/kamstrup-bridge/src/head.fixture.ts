import { spawnSync } from 'node:child_process';
import { listenTcp } from '@meterbridge/core/transport';
import { type EyeSettings, serveEye } from './simulator/eye.ts';
import { FaultyHead } from './simulator/faults.ts';
import { SimulatedMeter } from './simulator/meter.ts';
import type { ServeSettings } from './simulator/serve.ts';

/** Pseudo terminals are made by socat. */
export const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no socat');
if (!hasSocat) console.warn('Skipping the tests of serial ports: there is no socat');

export function simulated403(serial = 84_968_362): SimulatedMeter {
  return new SimulatedMeter({ model: '403', serial, sleepAfterMs: null });
}

/** A head that does nothing but what it should. */
export const plainHead: Omit<ServeSettings, 'meter'> = {
  isRealtime: false,
  hasEcho: false,
  latencyMs: 0,
  head: new FaultyHead([], () => 1),
};

export interface TcpHead extends AsyncDisposable {
  readonly tcpPort: number;
  readonly meter: SimulatedMeter;
  /** How often somebody connected so far. */
  readonly connections: number;
  /** How many are connected now. */
  readonly readers: number;
}

/** A simulated 403 at the end of a network. */
export async function tcpHead(
  options: Partial<EyeSettings> & { readonly tcpPort?: number; readonly meter?: SimulatedMeter } = {},
): Promise<TcpHead> {
  const { tcpPort = 0, meter = simulated403(), ...settings } = options;
  const abort = new AbortController();
  let connections = 0;
  let readers = 0;
  const listener = await listenTcp(
    { host: '127.0.0.1', tcpPort },
    async (link) => {
      connections++;
      readers++;
      try {
        await serveEye(link, meter, { ...plainHead, ...settings }, abort.signal);
      } finally {
        readers--;
      }
    },
    { signal: abort.signal },
  );
  return {
    tcpPort: listener.tcpPort,
    meter,
    get connections() {
      return connections;
    },
    get readers() {
      return readers;
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await listener.close();
    },
  };
}

/** Configuration of a bridge that reads one meter, on a line so fast that a silence is over soon. */
export function bridgeConfig(brokerUrl: string, tcpPort: number, meter: object = {}) {
  return {
    mqtt: { url: brokerUrl },
    http: { enabled: false },
    meters: [
      {
        id: 'heat',
        name: 'Cellar',
        address: `tcp://127.0.0.1:${tcpPort}`,
        model: '403',
        interval: '1s',
        line: '115200 8N2',
        ...meter,
      },
    ],
  };
}
