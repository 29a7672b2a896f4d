import type {
  AvailabilityUpdate,
  BridgeStatus,
  LineStatus,
  LogStatus,
  MeterStatus,
  MeterUpdate,
  StateUpdate,
} from '../status.ts';

const LOG_LINES = 200;
const RETRY_MS = 2_000;

/** A meter, and when it was last heard of on this page's clock. */
export interface MeterView {
  status: MeterStatus;
  heardMs: number | null;
}

/** What the page knows of its bridge; kept up to date by events. */
export class Store {
  /** Everything but meters, lines and log, which are kept apart. */
  bridge: BridgeStatus | null = null;
  readonly meters = new Map<string, MeterView>();
  readonly lines = new Map<string, LineStatus>();
  log: readonly LogStatus[] = [];
  link: 'connecting' | 'live' | 'lost' = 'connecting';
  /** When the last word came. */
  heardMs = performance.now();
  readonly #onChange: () => void;
  #isLoading = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** An app that passes on what meters say, and shows none of them. */
  get isWithoutMeters(): boolean {
    return this.meters.size === 0 && [...this.lines.values()].some((line) => line.may_be_quiet);
  }

  connect(): void {
    const source = new EventSource('events');
    source.onopen = () => this.#load();
    source.onerror = () => {
      this.link = 'lost';
      this.#onChange();
      if (source.readyState !== EventSource.CLOSED) return;
      // The browser gives up after an answer that is no stream; a bridge that restarts gives such answers.
      setTimeout(() => this.connect(), RETRY_MS);
    };
    const on = <T>(name: string, apply: (update: T) => void): void =>
      source.addEventListener(name, ({ data }) => {
        this.heardMs = performance.now();
        if (this.bridge) apply(JSON.parse(data));
        this.#onChange();
      });
    on<readonly MeterUpdate[]>('values', (updates) => {
      for (const update of updates) this.#values(update);
    });
    on<AvailabilityUpdate>('availability', ({ id, online }) => {
      const meter = this.meters.get(id);
      if (meter) meter.status = { ...meter.status, online };
    });
    on<StateUpdate>('state', (update) => this.#state(update));
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      const response = await fetch('status');
      this.#all(await response.json());
      this.link = 'live';
    } catch {
      this.link = 'lost';
      setTimeout(() => this.#load(), RETRY_MS);
    }
    this.#isLoading = false;
    this.#onChange();
  }

  #all(status: BridgeStatus): void {
    this.bridge = status;
    this.heardMs = performance.now();
    this.meters.clear();
    for (const meter of status.meters) {
      const heardMs = meter.age_s === null ? null : performance.now() - meter.age_s * 1000;
      this.meters.set(meter.id, { status: meter, heardMs });
    }
    this.lines.clear();
    for (const line of status.lines) this.lines.set(line.id, line);
    this.log = status.log;
  }

  #values({ id, time, texts }: MeterUpdate): void {
    const meter = this.meters.get(id);
    const known = meter?.status.values ?? [];
    if (!meter || Object.keys(texts).length !== known.length) {
      // A meter or a value that is new here comes with its name and unit.
      this.#load();
      return;
    }
    const values = known.map((value) => ({ ...value, text: texts[value.key] ?? null }));
    meter.status = { ...meter.status, time, values };
    meter.heardMs = performance.now();
  }

  #state({ lines, log, ...state }: StateUpdate): void {
    if (!this.bridge) return;
    this.bridge = { ...this.bridge, ...state };
    for (const line of lines) this.lines.set(line.id, line);
    if (log.length === 0) return;
    const last = this.log.at(-1)?.time ?? '';
    // The first event after a load may repeat what the load has brought.
    this.log = [...this.log, ...log.filter(({ time }) => time > last)].slice(-LOG_LINES);
  }
}
