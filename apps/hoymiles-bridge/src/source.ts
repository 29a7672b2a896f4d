import type { Reading } from '@meterbridge/core/model';
import { pollMeters, type Source } from '@meterbridge/core/runtime';
import type { DtuEntry } from './config.ts';
import { Dtu } from './dtu.ts';

/** What was learned of a DTU outlives the connections to it. */
const dtus = new WeakMap<DtuEntry, Dtu>();

/** Reads a DTU each time it is due, over one connection as long as it holds. */
export const source: Source<DtuEntry> = async function* (context) {
  const { entry } = context;
  const dtu = dtus.get(entry) ?? new Dtu(context);
  dtus.set(entry, dtu);
  context.onCommand((command) => dtu.command(context, command));
  try {
    // How often it may be asked depends on what it speaks, which the first reading tells.
    let first: readonly Reading[] | null = dtu.isKnown ? null : await dtu.read(context);
    const polled = { ...entry, interval: dtu.intervalMs };
    yield* pollMeters(context, [polled], async () => {
      const readings = first ?? (await dtu.read(context));
      first = null;
      return readings;
    });
  } finally {
    await dtu.close();
  }
};
