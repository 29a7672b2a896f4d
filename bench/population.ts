/** Meters of one kind that a bridge reads, each of them by itself or when it is asked. */
export interface Population extends AsyncDisposable {
  readonly app: string;
  /** For each meter, its entry in the configuration. */
  readonly entries: readonly object[];
  /** Where the reading of a meter goes. */
  topicOf(meter: number): string;
  /** Whether the bridge has opened all lines. */
  readonly isConnected: boolean;
  /** Has the next meter tell its values. @returns which one that is; null: the bridge asks none at the moment */
  tell(): number | null;
}

const PER_NETWORK = 250;

/** An address of its own on the loopback network. */
export function hostOf(place: number): string {
  return `127.1.${Math.floor(place / PER_NETWORK)}.${1 + (place % PER_NETWORK)}`;
}

export function placeOf(host: string): number {
  const [, , network = 0, place = 1] = host.split('.').map(Number);
  return network * PER_NETWORK + place - 1;
}
