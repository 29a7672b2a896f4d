import type { SourceContext } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/transport';
import type { MbusLine, MbusMeter } from './config.ts';
import type { LineSession } from './line-session.ts';
import { probeOf } from './probe.ts';
import { isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';
import { type Probe, searchSecondary } from './search.ts';
import { standardAnswerMs } from './timing.ts';

/** What was learned of a line; it outlives the links to it. */
interface Known {
  /** Meters that a search found, as they would be configured. */
  readonly found: Map<SecondaryAddress, MbusMeter>;
  /** Secondary addresses of those that are configured by their primary ones. */
  readonly ofPrimary: Set<SecondaryAddress>;
  isSearched: boolean;
}

const lines = new WeakMap<MbusLine, Known>();

function knownOf(line: MbusLine): Known {
  const known = lines.get(line) ?? { found: new Map(), ofPrimary: new Set(), isSearched: false };
  lines.set(line, known);
  return known;
}

/** The meters of a line: those of the configuration, and those that a search found besides. */
export function metersOf(line: MbusLine): readonly MbusMeter[] {
  const { found, ofPrimary } = knownOf(line);
  const isConfigured = (address: SecondaryAddress): boolean =>
    ofPrimary.has(address) ||
    line.meters.some(({ meter }) => typeof meter === 'string' && isSelected(address, meter));
  const others = [...found].filter(([address]) => !isConfigured(address));
  return [...line.meters, ...others.map(([, meter]) => meter)];
}

/** A configured meter told its secondary address. True if a search had found it, too: it is not to be read twice. */
export function recognise(line: MbusLine, { meter }: MbusMeter, address: SecondaryAddress | null): boolean {
  const { found, ofPrimary } = knownOf(line);
  if (address === null || typeof meter === 'string' || ofPrimary.has(address)) return false;
  ofPrimary.add(address);
  return found.has(address);
}

/**
 * Searches a line while its meters are read: each probe waits for its turn.
 * @param onFound told of each meter that was not known before
 */
export async function discoverMeters(
  { entry, signal }: SourceContext<MbusLine>,
  session: LineSession,
  onFound: () => void,
): Promise<void> {
  const { others } = entry;
  const known = knownOf(entry);
  if (!others || (known.isSearched && !others.rescan)) return;
  // Most masks mean nobody: a search waits as long as the standard says and no longer.
  const keys = { ...others, answer_timeout: others.answer_timeout ?? standardAnswerMs(others.baud) };
  for (;;) {
    const probe: Probe = async (mask) => {
      signal.throwIfAborted();
      return await session.inTurn(keys, (master) => probeOf(master, () => undefined)(mask));
    };
    for await (const { result } of searchSecondary(probe)) {
      if (result === 'none' || result === 'collision' || known.found.has(result)) continue;
      known.found.set(result, { ...others, id: `${others.id}_${result}`, meter: result });
      onFound();
    }
    known.isSearched = true;
    if (!others.rescan) return;
    await sleep(others.rescan, signal);
  }
}
