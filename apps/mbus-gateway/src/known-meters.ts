import type { SourceContext } from '@meterbridge/core/runtime';
import * as z from 'zod';
import type { MbusLine, MbusMeter } from './config.ts';
import { isSecondaryAddress, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';

/** The meters of a line: those of the configuration, and those that were found besides. */
export class KnownMeters {
  readonly #line: MbusLine;
  readonly #state: SourceContext<MbusLine>['state'];
  /** Those that a search found, as they would be configured. */
  readonly #found = new Map<SecondaryAddress, Adopted>();
  /** Secondary addresses of those that are configured by their primary ones. */
  readonly #ofPrimary = new Set<SecondaryAddress>();
  #changed = new AbortController();

  /** What a search before a restart found is read at once. */
  constructor({ entry, state }: Pick<SourceContext<MbusLine>, 'entry' | 'state'>) {
    this.#line = entry;
    this.#state = state;
    for (const others of entry.others) {
      const before = ADDRESSES.safeParse(state.get(keyOf(others))).data ?? [];
      for (const address of before) this.#adopt(others, address);
    }
  }

  get all(): readonly MbusMeter[] {
    const others = [...this.#found].filter(([address]) => !this.#isConfigured(address));
    return [...this.#line.meters, ...others.map(([, { meter }]) => meter)];
  }

  /** How many a search for this entry found. */
  foundFor(others: MbusMeter): number {
    return this.#addressesOf(others).length;
  }

  /** Aborted when `all` is not what it was any more. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  /** The entry that a meter was searched for; null if it is configured itself. */
  entryOf({ meter }: MbusMeter): MbusMeter | null {
    return (typeof meter === 'string' && this.#found.get(meter)?.others) || null;
  }

  /** A search met this meter; it is read from now on. */
  add(others: MbusMeter, address: SecondaryAddress): void {
    if (this.#found.has(address)) return;
    this.#adopt(others, address);
    this.#state.set(keyOf(others), this.#addressesOf(others));
    this.#hasChanged();
  }

  /** A search is over. Those that it did not meet are read on, but are not known any more after a restart. */
  settle(others: MbusMeter, met: ReadonlySet<SecondaryAddress>): void {
    this.#state.set(
      keyOf(others),
      this.#addressesOf(others).filter((address) => met.has(address)),
    );
  }

  /** A configured meter told its secondary address: if a search finds it, too, it is not to be read twice. */
  recognise({ meter }: MbusMeter, address: SecondaryAddress | null): void {
    if (address === null || typeof meter === 'string' || this.#ofPrimary.has(address)) return;
    this.#ofPrimary.add(address);
    if (this.#found.has(address)) this.#hasChanged();
  }

  #addressesOf(others: MbusMeter): readonly SecondaryAddress[] {
    return [...this.#found].flatMap(([address, adopted]) => (adopted.others === others ? address : []));
  }

  /** It has the settings of the entry that it was searched for; its name is its own. */
  #adopt(others: MbusMeter, address: SecondaryAddress): void {
    const { name: _, ...settings } = others;
    this.#found.set(address, {
      others,
      meter: { ...settings, id: `${others.id}_${address}`, meter: address },
    });
  }

  #isConfigured(address: SecondaryAddress): boolean {
    return (
      this.#ofPrimary.has(address) ||
      this.#line.meters.some(({ meter }) => typeof meter === 'string' && isSelected(address, meter))
    );
  }

  #hasChanged(): void {
    const before = this.#changed;
    this.#changed = new AbortController();
    before.abort();
  }
}

interface Adopted {
  readonly others: MbusMeter;
  readonly meter: MbusMeter;
}

const ADDRESSES = z.array(z.string().refine(isSecondaryAddress));

/** Where the addresses are kept that were found for an entry. */
function keyOf({ id }: MbusMeter): string {
  return `found for ${id}`;
}
