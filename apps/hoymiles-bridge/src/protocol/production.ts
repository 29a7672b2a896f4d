/** Energies of inverter ports that can be trusted: totals that never fall, days that begin at 0. */

import { type DaySettings, localDay } from './local-day.ts';

/** Wh that a total may rise besides what the time allows. */
const SLACK_WH = 100;
/** W: no port of any inverter is fed with more, and half as much again for the sun between clouds. */
const LARGEST_PORT_W = 750;
const MARGIN = 1.5;

/** What a DTU told of one port. */
export interface PortEnergy {
  readonly serial: string;
  readonly port: number;
  /** Wh */
  readonly today: number;
  /** Wh */
  readonly total: number;
  /** The inverter is reached and its status is not 0: only then is `today` of today. */
  readonly isLive: boolean;
}

/** Wh; null while nothing is known. */
export interface Production {
  readonly today: number | null;
  readonly total: number | null;
}

/** What is kept of one port over a restart. */
export interface StoredPort {
  /** To which `today` belongs, YYYY-MM-DD. */
  readonly day: string;
  readonly today: number | null;
  readonly total: number | null;
  /** When the total was last told by the inverter itself, not repeated by its DTU. Unix milliseconds. */
  readonly toldMs: number;
  /** A total that rose too fast to be believed at once. */
  readonly doubtful: number | null;
  /** Likewise of today. */
  readonly doubtfulToday: number | null;
}

export class ProductionCache {
  readonly #dayOf: (ms: number) => string;
  readonly #ports = new Map<string, StoredPort>();
  #doubts: string[] = [];

  constructor(settings: DaySettings, stored: Readonly<Record<string, StoredPort>> = {}) {
    this.#dayOf = localDay(settings);
    for (const [key, port] of Object.entries(stored)) this.#ports.set(key, port);
  }

  /** Takes what was told of a port, and tells what to publish of it. */
  update(told: PortEnergy, nowMs: number): Production {
    const key = portKey(told);
    const day = this.#dayOf(nowMs);
    const known = this.#ports.get(key);
    const total = totalOf(known, told, nowMs);
    const today = todayOf(known, told, { day, nowMs });
    if (total.doubtful !== null)
      this.#doubts.push(`port ${key}: total_production went from ${total.total} to ${total.doubtful} Wh`);
    if (today.doubtfulToday !== null)
      this.#doubts.push(
        `port ${key}: today_production went from ${today.today} to ${today.doubtfulToday} Wh`,
      );
    this.#ports.set(key, { day, ...today, ...total });
    return { today: today.today, total: total.total };
  }

  /** What was held back since it was last asked, in words. */
  takeDoubts(): readonly string[] {
    const doubts = this.#doubts;
    this.#doubts = [];
    return doubts;
  }

  /** Sum over all ports that were ever told, also those that are not there now. The total is known when all are. */
  sum(nowMs: number): Production {
    const day = this.#dayOf(nowMs);
    const ports = [...this.#ports.values()];
    return {
      today: sumOf(ports.map((port) => (port.day === day ? port.today : begun(port.today)))),
      total: sumOfAll(ports.map(({ total }) => total)),
    };
  }

  /** The same of those ports alone that were ever reached. */
  heardSum(nowMs: number): Production {
    const heard = [...this.#ports.values()].filter(({ today }) => today !== null);
    return { today: this.sum(nowMs).today, total: sumOf(heard.map(({ total }) => total)) };
  }

  /** Forgets all ports: they were those of another DTU. */
  clear(): void {
    this.#ports.clear();
  }

  stored(): Readonly<Record<string, StoredPort>> {
    return Object.fromEntries(this.#ports);
  }
}

type Total = Pick<StoredPort, 'total' | 'toldMs' | 'doubtful'>;
type Today = Pick<StoredPort, 'today' | 'doubtfulToday'>;

function totalOf(known: StoredPort | undefined, told: PortEnergy, nowMs: number): Total {
  // Inverters that were not reached since the DTU was switched on are told with 0.
  if (known?.total == null)
    return { total: told.isLive || told.total > 0 ? told.total : null, toldMs: nowMs, doubtful: null };
  const { total, toldMs, doubtful } = known;
  if (told.total < total) return { total, toldMs, doubtful: null };
  return isPossible(told.total, total, doubtful, roomOf(known, nowMs))
    ? { total: told.total, toldMs: told.isLive || told.total > total ? nowMs : toldMs, doubtful: null }
    : { total, toldMs, doubtful: told.total };
}

/** Wh by which an energy may have risen since the total was last told. */
function roomOf({ toldMs }: StoredPort, nowMs: number): number {
  return SLACK_WH + ((nowMs - toldMs) / 3_600_000) * MARGIN * LARGEST_PORT_W;
}

/** A rise is possible in the time that has passed, or a second reading confirms it. */
function isPossible(told: number, known: number, doubtful: number | null, room: number): boolean {
  return told <= known + room || (doubtful !== null && told >= doubtful && told <= doubtful + room);
}

interface Now {
  readonly day: string;
  readonly nowMs: number;
}

function todayOf(known: StoredPort | undefined, told: PortEnergy, { day, nowMs }: Now): Today {
  if (!known) return { today: told.isLive ? told.today : null, doubtfulToday: null };
  const isSameDay = known.day === day;
  const before = isSameDay ? known.today : begun(known.today);
  // A DTU that goes on telling yesterday until it has heard of the inverter: nothing was produced since.
  const isYesterday = !isSameDay && told.today === known.today && told.total === known.total;
  if (!told.isLive || isYesterday) return { today: before, doubtfulToday: null };
  if (before === null || told.today <= before) return { today: before ?? told.today, doubtfulToday: null };
  return isPossible(told.today, before, known.doubtfulToday, roomOf(known, nowMs))
    ? { today: told.today, doubtfulToday: null }
    : { today: before, doubtfulToday: told.today };
}

/** What was never told is not known on a new day either. */
function begun(today: number | null): number | null {
  return today === null ? null : 0;
}

/** Sum of what is known; null if nothing is. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Null as long as one is not known: it would look like a leap when it came to be. */
export function sumOfAll(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : sumOf(values);
}

function portKey({ serial, port }: Pick<PortEnergy, 'serial' | 'port'>): string {
  return `${serial}/${port}`;
}
