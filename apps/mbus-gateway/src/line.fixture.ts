import { linkPair } from '@meterbridge/core/transport';
import { Master, type MasterSettings } from './master.ts';
import { type LineSettings, runLine } from './simulator/serve.ts';

/** A master on a simulated line in memory. */
export function masterOn(line: LineSettings, settings: Partial<MasterSettings> = {}) {
  const [near, far] = linkPair();
  // The line ends with the link.
  runLine(far, line).catch(() => undefined);
  const master = new Master(near, { baudRate: 38_400, latencyMs: 0, answerMs: 40, ...settings });
  return { master, link: near, [Symbol.asyncDispose]: () => near.close() };
}
