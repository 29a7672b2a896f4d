import type { SourceContext } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/transport';
import * as z from 'zod';
import type { MbusLine, MbusMeter } from './config.ts';
import type { LineSession } from './line-session.ts';
import { probeOf } from './probe.ts';
import { isSecondaryAddress, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';
import { type Probe, searchSecondary } from './search.ts';
import { standardAnswerMs } from './timing.ts';

type Context = Pick<SourceContext<MbusLine>, 'entry' | 'state'>;

/** What was learned of a line; it outlives the links to it. */
interface Known {
  /** Meters that a search found, as they would be configured. */
  readonly found: Map<SecondaryAddress, MbusMeter>;
  /** Secondary addresses of those that are configured by their primary ones. */
  readonly ofPrimary: Set<SecondaryAddress>;
  isSearched: boolean;
}

const lines = new WeakMap<MbusLine, Known>();

const FOUND = 'found';

/** What a search before a restart found is read at once; what is gone meanwhile is not found again and forgotten. */
function knownOf({ entry, state }: Context): Known {
  const known = lines.get(entry);
  if (known) return known;
  const addresses = z.array(z.string().refine(isSecondaryAddress)).safeParse(state.get(FOUND)).data ?? [];
  const { others } = entry;
  const found = new Map(
    others ? addresses.map((address) => [address, adopted(others, address)] as const) : [],
  );
  const fresh: Known = { found, ofPrimary: new Set(), isSearched: false };
  lines.set(entry, fresh);
  return fresh;
}

function adopted(others: MbusMeter, address: SecondaryAddress): MbusMeter {
  return { ...others, id: `${others.id}_${address}`, meter: address };
}

/** The meters of a line: those of the configuration, and those that a search found besides. */
export function metersOf(context: Context): readonly MbusMeter[] {
  const { found, ofPrimary } = knownOf(context);
  const { meters } = context.entry;
  const isConfigured = (address: SecondaryAddress): boolean =>
    ofPrimary.has(address) ||
    meters.some(({ meter }) => typeof meter === 'string' && isSelected(address, meter));
  const others = [...found].filter(([address]) => !isConfigured(address));
  return [...meters, ...others.map(([, meter]) => meter)];
}

/** A configured meter told its secondary address. True if a search had found it, too: it is not to be read twice. */
export function recognise(context: Context, { meter }: MbusMeter, address: SecondaryAddress | null): boolean {
  const { found, ofPrimary } = knownOf(context);
  if (address === null || typeof meter === 'string' || ofPrimary.has(address)) return false;
  ofPrimary.add(address);
  return found.has(address);
}

/**
 * Searches a line while its meters are read: each probe waits for its turn.
 * @param onFound told of each meter that was not known before
 */
export async function discoverMeters(
  context: SourceContext<MbusLine>,
  session: LineSession,
  onFound: () => void,
): Promise<void> {
  const { state, signal } = context;
  const { others } = context.entry;
  const known = knownOf(context);
  if (!others || (known.isSearched && !others.rescan)) return;
  // Most masks mean nobody: a search waits as long as the standard says and no longer.
  const keys = { ...others, answer_timeout: others.answer_timeout ?? standardAnswerMs(others.baud) };
  for (;;) {
    const probe: Probe = async (mask) => {
      signal.throwIfAborted();
      return await session.inTurn(keys, (master) => probeOf(master, () => undefined)(mask));
    };
    const seen = new Set<SecondaryAddress>();
    for await (const { result } of searchSecondary(probe)) {
      if (result === 'none' || result === 'collision') continue;
      seen.add(result);
      if (known.found.has(result)) continue;
      known.found.set(result, adopted(others, result));
      state.set(FOUND, [...known.found.keys()]);
      onFound();
    }
    state.set(FOUND, [...seen]);
    known.isSearched = true;
    if (!others.rescan) return;
    await sleep(others.rescan, signal);
  }
}
