/** A connection between a meter and its bridge. What is under way when it ends may die with it. */
export interface Connection {
  isOver: boolean;
}

interface Sent {
  readonly id: string;
  readonly atMs: number;
  readonly connection: Connection | null;
  /** It went through as the meter sent it: it has to arrive. */
  isIntact: boolean;
}

interface Received {
  readonly firstMs: number;
  /** How often each observer saw it. */
  readonly times: Map<string, number>;
}

/** How it went with one app in one fault. */
export interface Account {
  readonly sent: number;
  readonly received: number;
  /** Arrivals beyond the first. */
  readonly repeated: number;
  /** Damaged on the line, or under way on a line or in a process that ended. */
  readonly perished: number;
  readonly lost: readonly string[];
  /** Received, but never sent. */
  readonly invented: readonly string[];
}

/** What was demanded of an app, and what came of it. */
export interface Tally {
  /** Begins a new account, where the old one ended. */
  begin(): void;
  /** How much was demanded in this account. */
  readonly demanded: number;
  /** How much has come of it. */
  readonly arrived: number;
  /** When something arrived that was demanded after an instant; null: not yet. */
  freshMs(afterMs: number): number | null;
  /** Of what was demanded before an instant. */
  account(untilMs: number): Account;
}

/** What a meter sent, and what of it a subscriber got. */
export class Ledger implements Tally {
  readonly #sent = new Map<string, Sent>();
  /** Those of this account and later ones, in order. */
  #open: Sent[] = [];
  readonly #received = new Map<string, Received>();
  #untilMs: number | null = null;
  #receivedSince = 0;

  begin(): void {
    const sinceMs = this.#untilMs ?? performance.now();
    this.#open = this.#open.filter(({ atMs }) => atMs > sinceMs);
    this.#receivedSince = this.#received.size;
  }

  /** @param connection null: nothing that is under way can get lost */
  sent(id: string, connection: Connection | null, isIntact: boolean): void {
    const known = this.#sent.get(id);
    if (known) {
      known.isIntact ||= isIntact;
      return;
    }
    const one = { id, atMs: performance.now(), connection, isIntact };
    this.#sent.set(id, one);
    this.#open.push(one);
  }

  /** What was sent last belongs to something that did not come through as a whole, or not in time. */
  broken(): void {
    const last = this.#open.at(-1);
    if (last) last.isIntact = false;
  }

  received(id: string, observer: string): void {
    const known = this.#received.get(id) ?? { firstMs: performance.now(), times: new Map() };
    known.times.set(observer, (known.times.get(observer) ?? 0) + 1);
    this.#received.set(id, known);
  }

  get demanded(): number {
    return this.#open.length;
  }

  get arrived(): number {
    return this.#open.filter(({ id }) => this.#received.has(id)).length;
  }

  freshMs(afterMs: number): number | null {
    const fresh = this.#open.filter(({ atMs }) => atMs > afterMs);
    const arrivals = fresh.flatMap(({ id }) => this.#received.get(id)?.firstMs ?? []);
    return arrivals.length > 0 ? Math.min(...arrivals) : null;
  }

  account(untilMs: number): Account {
    this.#untilMs = untilMs;
    const own = this.#open.filter(({ atMs }) => atMs <= untilMs);
    const missing = own.filter(({ id }) => !this.#received.has(id));
    const perished = new Set(missing.filter(({ isIntact }) => !isIntact));
    for (const one of this.#underWay(own)) perished.add(one);
    const times = own.map(({ id }) => Math.max(1, ...(this.#received.get(id)?.times.values() ?? [])));
    return {
      sent: own.length,
      received: own.length - missing.length,
      repeated: times.reduce((sum, count) => sum + count - 1, 0),
      perished: perished.size,
      lost: missing.filter((one) => !perished.has(one)).map(({ id }) => id),
      invented: [...this.#received.keys()].slice(this.#receivedSince).filter((id) => !this.#sent.has(id)),
    };
  }

  /** The last ones of a connection that is over: behind the last one that arrived. Before it, none may be missing. */
  *#underWay(own: readonly Sent[]): Generator<Sent> {
    const isClosed = new Set<Connection>();
    for (const one of own.toReversed()) {
      if (!one.connection?.isOver) continue;
      if (this.#received.has(one.id)) isClosed.add(one.connection);
      else if (!isClosed.has(one.connection)) yield one;
    }
  }
}
