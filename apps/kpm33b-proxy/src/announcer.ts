import type { Outgoing } from '@meterbridge/core/store';
import { discoveryMessages, type ProxySettings, Recent } from '@meterbridge/kpm33b';

/** Meters that are remembered; one that is forgotten is announced again when it is heard. */
const MAX_METERS = 100_000;
/** Meters that are announced again at once, and how often: 15 messages each, so as not to flood the broker. */
const AT_ONCE = 20;
const EVERY_MS = 100;
/** So many messages may wait for the broker before no more meters are announced. */
const MOST_WAITING = 3_000;
/**
 * More than are under way at once. Announcements go before data: while so many wait, no data goes out before those of its
 * meter.
 */
const FEW_WAITING = 2_000;
/** Announcements go before data: when they are through, it is the turn of the data of those meters. */
const PAUSE_MS = 10;
/** If no announcement gets through for so long, the broker is away, and no data shall wait for it. */
const STUCK_MS = 10_000;

export interface AnnouncerSettings {
  readonly proxy: ProxySettings;
  readonly isEnabled: boolean;
  readonly put: (message: Outgoing) => void;
  /** A meter is heard for the first time. */
  readonly onNew: (id: string) => void;
  /** There is room for more again, or none is waited for any more. */
  readonly onRoom: () => void;
}

/** Announces each meter to Home Assistant: before its first message, and again when the broker may have lost it. */
export class MeterAnnouncer {
  readonly #settings: AnnouncerSettings;
  readonly #heard = new Recent<true>(MAX_METERS);
  #again: Iterator<string> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #waiting = 0;
  #isFull = false;
  #isStuck = false;
  /** Meters that were heard while it was full. */
  readonly #later: string[] = [];

  constructor(settings: AnnouncerSettings) {
    this.#settings = settings;
  }

  /** No more meters can be announced for now: data has to wait. */
  get isFull(): boolean {
    return this.#isFull && !this.#isStuck;
  }

  heard(id: string): void {
    if (this.#heard.get(id)) return;
    this.#heard.set(id, true);
    this.#settings.onNew(id);
    if (!this.#settings.isEnabled) return;
    if (!this.#isFull) this.#announce(id);
    // A meter too many is announced with all others when the broker is there again.
    else if (this.#later.length < MAX_METERS) this.#later.push(id);
  }

  /** Until an announcement gets through, no data has to wait: the outbox keeps it behind the announcements. */
  letPass(): void {
    this.#isStuck = true;
    this.#settings.onRoom();
  }

  /** The broker, or Home Assistant, may know nothing any more. */
  again(): void {
    if (!this.#settings.isEnabled) return;
    this.#again = this.#heard.keys();
    this.#some();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #some(): void {
    clearTimeout(this.#timer);
    for (let count = 0; count < AT_ONCE && !this.#isFull; count++) {
      const { value: id } = this.#again?.next() ?? {};
      if (id === undefined) return;
      this.#announce(id);
    }
    this.#timer = setTimeout(() => this.#some(), EVERY_MS);
  }

  #announce(id: string): void {
    for (const { topic, payload } of discoveryMessages(this.#settings.proxy, id)) {
      this.#waiting++;
      const onKept = (): void => this.#left();
      this.#settings.put({ topic, payload, qos: 1, retain: true, backlogTopic: null, onKept });
    }
    if (this.#isFull || this.#waiting < MOST_WAITING) return;
    this.#isFull = true;
    this.#isStuck = false;
    this.#patience = setTimeout(() => this.letPass(), STUCK_MS);
  }

  #left(): void {
    this.#waiting--;
    if (!this.#isFull) return;
    this.#isStuck = false;
    this.#patience?.refresh();
    this.#announceLater();
    if (this.#waiting === 0) this.#pause = setTimeout(() => this.#hasRoom(), PAUSE_MS);
  }

  #hasRoom(): void {
    clearTimeout(this.#patience);
    this.#isFull = false;
    this.#announceLater();
    this.#settings.onRoom();
  }

  #announceLater(): void {
    while (this.#later.length > 0 && this.#waiting <= FEW_WAITING) this.#announce(this.#later.pop()!);
  }
}
