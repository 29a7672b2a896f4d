import type { SourceContext } from '@meterbridge/core/runtime';
import * as z from 'zod';
import type { MbusLine, MbusMeter } from './config.ts';
import { isSecondaryAddress, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';

const FOUND = 'found';

/** The meters of a line: those of the configuration, and those that were found besides. */
export class KnownMeters {
  readonly #line: MbusLine;
  readonly #state: SourceContext<MbusLine>['state'];
  /** Those that a search found, as they would be configured. */
  readonly #found: Map<SecondaryAddress, MbusMeter>;
  /** Secondary addresses of those that are configured by their primary ones. */
  readonly #ofPrimary = new Set<SecondaryAddress>();
  #changed = new AbortController();

  /** What a search before a restart found is read at once. */
  constructor({ entry, state }: Pick<SourceContext<MbusLine>, 'entry' | 'state'>) {
    this.#line = entry;
    this.#state = state;
    const { others } = entry;
    const before = z.array(z.string().refine(isSecondaryAddress)).safeParse(state.get(FOUND)).data ?? [];
    this.#found = new Map(others ? before.map((address) => [address, adopted(others, address)]) : []);
  }

  get all(): readonly MbusMeter[] {
    const others = [...this.#found].filter(([address]) => !this.#isConfigured(address));
    return [...this.#line.meters, ...others.map(([, meter]) => meter)];
  }

  /** How many a search found. */
  get foundCount(): number {
    return this.#found.size;
  }

  /** Aborted when `all` is not what it was any more. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  isFound({ meter }: MbusMeter): boolean {
    return typeof meter === 'string' && this.#found.has(meter);
  }

  /** A search met this meter; it is read from now on. */
  add(address: SecondaryAddress): void {
    const { others } = this.#line;
    if (!others || this.#found.has(address)) return;
    this.#found.set(address, adopted(others, address));
    this.#state.set(FOUND, [...this.#found.keys()]);
    this.#hasChanged();
  }

  /** A search is over. Those that it did not meet are read on, but are not known any more after a restart. */
  settle(met: ReadonlySet<SecondaryAddress>): void {
    this.#state.set(FOUND, [...met]);
  }

  /** A configured meter told its secondary address: if a search finds it, too, it is not to be read twice. */
  recognise({ meter }: MbusMeter, address: SecondaryAddress | null): void {
    if (address === null || typeof meter === 'string' || this.#ofPrimary.has(address)) return;
    this.#ofPrimary.add(address);
    if (this.#found.has(address)) this.#hasChanged();
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

/** With the settings of the entry that it was searched for; its name is its own. */
function adopted({ name: _, ...others }: MbusMeter, address: SecondaryAddress): MbusMeter {
  return { ...others, id: `${others.id}_${address}`, meter: address };
}
