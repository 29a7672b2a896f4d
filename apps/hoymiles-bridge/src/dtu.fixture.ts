import { hexOf } from '@meterbridge/core/codec';
import type { BridgeError } from '@meterbridge/core/errors';
import type { MeasuredValue, Reading } from '@meterbridge/core/model';
import { valueToPlain } from '@meterbridge/core/model';
import type { SourceContext } from '@meterbridge/core/runtime';
import { State } from '@meterbridge/core/store';
import { openLink } from '@meterbridge/core/transport';
import type { Timing } from './asking.ts';
import { config, type DtuEntry } from './config.ts';
import { Dtu } from './dtu.ts';
import { usualInverters } from './simulator/plant.ts';
import { type DtuSimulation, serveDtu } from './simulator/serve.ts';

export const LOCAL = { host: '127.0.0.1', tcpPort: 0 } as const;
/** 2024-06-10 10:00 UTC: the sun shines. */
export const MORNING = Date.UTC(2024, 5, 10, 10);
export const NIGHT = Date.UTC(2024, 5, 10, 22);

/** A DTU with two inverters, whose clock is at the hand of the test. */
export async function simulatedDtu(simulation: Partial<DtuSimulation> = {}) {
  const clock = { ms: MORNING };
  const dtu = await serveDtu({
    dtuSerial: '10f871600831',
    inverters: usualInverters(2),
    now: () => clock.ms,
    ...simulation,
  });
  return Object.assign(dtu, { clock });
}

/** Reads at any time, so that no test waits for an upload. */
export function entryOf(keys: object): DtuEntry {
  const meters = [{ id: 'roof', host: '127.0.0.1', cloud: false, ...keys }];
  return config.parse({ mqtt: { url: 'mqtt://localhost' }, meters }).meters[0]!;
}

/** The simulated DTU answers at once and never locks up. */
const FAST: Timing = {
  modbus: { timeoutMs: 2_000, pauseMs: 0 },
  protobuf: { timeoutMs: 2_000, pauseMs: 0 },
};

/** A DTU as the bridge reads it. */
export function dtuOf(context: SourceContext<DtuEntry>): Dtu {
  return new Dtu(context, FAST);
}

/** What a source gets, with what it told. */
export function contextOf(entry: DtuEntry, state = new State().space('test')) {
  const reports: string[] = [];
  const errors: BridgeError[] = [];
  const frames: string[] = [];
  const waited: number[] = [];
  const abort = new AbortController();
  const context: SourceContext<DtuEntry> = {
    entry,
    signal: abort.signal,
    state,
    onCommand: () => undefined,
    open: (address, line) => openLink(address, { line, timeoutMs: 2_000, signal: abort.signal }),
    polling: { polls: () => [], polled: () => undefined },
    waits: (ms) => waited.push(ms),
    report: ({ code }) => reports.push(code),
    frame: ({ bytes, error }) => {
      frames.push(hexOf(bytes));
      if (error) errors.push(error);
    },
  };
  return { context, reports, errors, frames, waited, abort };
}

/** Values of a reading by key. */
export function valuesOf({ values }: { readonly values: readonly MeasuredValue[] }): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(
      Object.fromEntries(values.map(({ measurement, value }) => [measurement.key, valueToPlain(value)])),
    ),
  );
}

export function readingOf(readings: readonly Reading[], id: string): Record<string, unknown> {
  const reading = readings.find(({ meter }) => meter.id === id);
  if (!reading) throw new Error(`no reading of ${id}`);
  return valuesOf(reading);
}
