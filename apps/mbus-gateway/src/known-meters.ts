import { BridgeError } from '@meterbridge/core/errors';
import type { SourceContext } from '@meterbridge/core/runtime';
import * as z from 'zod';
import type { MbusLine, MbusMeter } from './config.ts';
import { isSecondaryAddress, isSelected, type SecondaryAddress } from './protocol/secondary-address.ts';

type Kept = Pick<SourceContext<MbusLine>['state'], 'get' | 'set'>;

/** The meters of a line: those of the configuration, and those that were found besides. */
export class KnownMeters {
  readonly #line: MbusLine;
  readonly #state: Kept;
  /** Those that a search found, as they would be configured. */
  readonly #found = new Map<SecondaryAddress, Adopted>();
  /** Those that are configured by their primary addresses, and who answered there last in their place. */
  readonly #ofPrimary = new Map<
    number,
    { readonly address: SecondaryAddress; readonly rival?: SecondaryAddress }
  >();
  #changed = new AbortController();

  /** What a search before a restart found is read at once. */
  constructor({ entry, state }: { readonly entry: MbusLine; readonly state: Kept }) {
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

  /** Aborted when `all` is not what it was any more, or a search is over. */
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
    this.#hasChanged();
  }

  /**
   * A meter told its secondary address. One that is configured by its primary address is not to be read twice if a
   * search finds it, too.
   * @throws BridgeError meter/other-answer if it was another one before: only the second time in a row it was exchanged
   */
  recognise({ meter }: MbusMeter, address: SecondaryAddress | null): void {
    if (address === null || typeof meter === 'string') return;
    const { address: before, rival } = this.#ofPrimary.get(meter) ?? {};
    if (before === address && rival === undefined) return;
    if (before !== undefined && before !== address && rival !== address) {
      this.#ofPrimary.set(meter, { address: before, rival: address });
      throw new BridgeError(
        'meter/other-answer',
        `meter ${address} answers at the primary address of ${before}`,
      );
    }
    this.#ofPrimary.set(meter, { address });
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
      this.#ofPrimary.values().some((one) => one.address === address) ||
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
