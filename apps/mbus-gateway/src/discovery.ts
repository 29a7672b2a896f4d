import type { SourceContext } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/transport';
import { adoptedMeter, type MbusLine, type MbusMeter } from './config.ts';
import type { LineSession } from './line-session.ts';
import { probeOf } from './probe.ts';
import { isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';
import { searchSecondary } from './search.ts';

/** Meters that were found on lines, as they would be configured; they outlive the links to them. */
const found = new WeakMap<MbusLine, Map<SecondaryAddress, MbusMeter>>();

/** The meters of a line: those of the configuration, and those that a search found besides. */
export function metersOf(line: MbusLine): readonly MbusMeter[] {
  const others = [...(found.get(line) ?? new Map<SecondaryAddress, MbusMeter>())].filter(
    ([address]) => !line.meters.some(({ meter }) => typeof meter === 'string' && isSelected(address, meter)),
  );
  return [...line.meters, ...others.map(([, meter]) => meter)];
}

/**
 * Searches a line while its meters are read: each probe waits for its turn.
 * @param onFound told of each meter that was not known before
 */
export async function discoverMeters(
  { entry, signal, waits }: SourceContext<MbusLine>,
  session: LineSession,
  onFound: () => void,
): Promise<void> {
  const { discovery } = entry;
  if (!discovery || (discovery.when === 'on_start' && found.has(entry))) return;
  const known = found.get(entry) ?? new Map<SecondaryAddress, MbusMeter>();
  for (;;) {
    const probe = (mask: SecondaryAddress) =>
      session.inTurn(discovery, (master) => probeOf(master, () => undefined)(mask));
    for await (const { result } of searchSecondary(probe)) {
      if (result === 'none' || result === 'collision' || known.has(result)) continue;
      known.set(result, adoptedMeter(result, discovery));
      found.set(entry, known);
      onFound();
    }
    found.set(entry, known);
    if (discovery.when === 'on_start') return;
    waits(discovery.every);
    await sleep(discovery.every, signal);
  }
}
