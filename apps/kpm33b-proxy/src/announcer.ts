import type { Outgoing } from '@meterbridge/core/store';
import { discoveryMessages, type ProxySettings, Recent } from '@meterbridge/kpm33b';

/** Meters that are remembered; one that is forgotten is announced again when it is heard. */
const MAX_METERS = 100_000;
/** Meters that are announced again at once, and how often: 15 messages each, so as not to flood the broker. */
const AT_ONCE = 20;
const EVERY_MS = 100;
/** So many messages may wait for the broker before no more meters are announced. */
const MOST_WAITING = 3_000;
/** Announcements go before data: when they are through, it is the turn of the data of those meters. */
const PAUSE_MS = 10;

export interface AnnouncerSettings {
  readonly proxy: ProxySettings;
  readonly isEnabled: boolean;
  readonly put: (message: Outgoing) => void;
  /** A meter is heard for the first time. */
  readonly onNew: (id: string) => void;
  /** There is room for more again. */
  readonly onRoom: () => void;
}

/** Announces each meter to Home Assistant: before its first message, and again when the broker may have lost it. */
export class MeterAnnouncer {
  readonly #settings: AnnouncerSettings;
  readonly #heard = new Recent<true>(MAX_METERS);
  #again: Iterator<string> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #waiting = 0;
  #isFull = false;

  constructor(settings: AnnouncerSettings) {
    this.#settings = settings;
  }

  /** No more meters can be announced for now. */
  get isFull(): boolean {
    return this.#isFull;
  }

  heard(id: string): void {
    if (this.#heard.get(id)) return;
    this.#heard.set(id, true);
    this.#settings.onNew(id);
    if (this.#settings.isEnabled) this.#announce(id);
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
    if (this.#waiting >= MOST_WAITING) this.#isFull = true;
  }

  #left(): void {
    this.#waiting--;
    if (this.#isFull && this.#waiting === 0) this.#pause = setTimeout(() => this.#hasRoom(), PAUSE_MS);
  }

  #hasRoom(): void {
    this.#isFull = false;
    this.#settings.onRoom();
  }
}
