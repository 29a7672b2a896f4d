import type { CommonConfig } from '../config/index.ts';
import type { BridgeError } from '../errors/index.ts';
import type { Meter } from '../model/index.ts';
import {
  EventStreams,
  type FrameLog,
  type HttpAnswer,
  type HttpServer,
  Metrics,
  serveHttp,
} from '../observe/index.ts';
import { type FramesAnswer, type HistoryAnswer, statusPage } from '../page/index.ts';
import type { Store } from '../store/index.ts';
import { Feed } from './feed.ts';
import { problemOf, problemsOf, warningsOf } from './health.ts';
import type { KnownMeter } from './last-readings.ts';
import { metricsOf, type Shown, statusOf } from './status.ts';

const MAX_POINTS = 500;
const HOUR_MS = 3_600_000;

interface WebBridge extends Shown {
  readonly store: Pick<Store, 'history' | 'problem' | 'stats'>;
  readonly lines: readonly WebLine[];
}

export type WebLine = Shown['lines'][number] & { readonly frames: FrameLog };

/** What a bridge shows over HTTP: page, JSON, events, metrics. */
export class Web {
  readonly #bridge: WebBridge;
  readonly #settings: CommonConfig['http'];
  readonly #streams = new EventStreams();
  readonly #feed: Feed;
  readonly #onError: (error: BridgeError) => void;
  #server: HttpServer | null = null;

  /** @param onError an answer could not be made */
  constructor(bridge: WebBridge, settings: CommonConfig['http'], onError: (error: BridgeError) => void) {
    this.#onError = onError;
    this.#bridge = bridge;
    this.#settings = settings;
    this.#feed = new Feed(bridge, this.#streams);
  }

  received(known: KnownMeter): void {
    this.#feed.received(known);
  }

  availability(meter: Meter, online: boolean): void {
    this.#feed.availability({ id: meter.id, online });
  }

  /** @throws BridgeError http/unavailable */
  async start(): Promise<void> {
    const { enabled, host, port, hosts = [], metrics_values: values } = this.#settings;
    if (!enabled) return;
    const page = statusPage(this.#bridge.app);
    const metrics = new Metrics(() => metricsOf(this.#bridge), { values });
    this.#server = await serveHttp(
      { host, port, hosts, onError: (error) => this.#onError(error) },
      {
        '/': () => ({ status: 200, body: page.html, type: 'text/html; charset=utf-8', policy: page.policy }),
        '/health': () => this.#health(),
        '/ready': () => this.#ready(),
        '/status': () => ({ status: 200, body: statusOf(this.#bridge) }),
        '/stats': () => ({ status: 200, body: this.#bridge.store.stats() }),
        '/metrics': async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }),
        '/history': (query) => this.#plot(query),
        '/events': () => this.#streams,
        '/frames': (query) => this.#frames(query),
      },
    );
  }

  async close(): Promise<void> {
    this.#feed.close();
    this.#streams.close();
    await this.#server?.close();
  }

  #health(): HttpAnswer {
    const problems = problemsOf(this.#bridge);
    const healthy = problems.length === 0;
    return { status: healthy ? 200 : 503, body: { healthy, problems, warnings: warningsOf(this.#bridge) } };
  }

  #ready(): HttpAnswer {
    const ready = this.#bridge.mqtt.connected;
    return { status: ready ? 200 : 503, body: { ready } };
  }

  #plot(query: URLSearchParams): HttpAnswer {
    const [meter, parameter] = [query.get('meter'), query.get('parameter')];
    const to = timeOf(query.get('to')) ?? Date.now();
    const from = timeOf(query.get('from')) ?? to - HOUR_MS;
    if (!meter || !parameter || !(from < to))
      return refuse(400, 'meter, parameter, and from before to (ISO 8601 or milliseconds since 1970)');
    const known = this.#bridge.meters.find(({ meter: { id } }) => id === meter)?.known;
    if (!known?.values.has(parameter)) return refuse(404, 'no such meter or parameter');
    const { uniqueId } = known.meter;
    const { history } = this.#bridge.store;
    const points = history.query({ meter: uniqueId, key: parameter, from, to, maxPoints: MAX_POINTS });
    const body: HistoryAnswer = {
      meter,
      parameter,
      points: points.map(({ time, min, mean, max }) => [time, min, mean, max]),
    };
    return { status: 200, body };
  }

  #frames(query: URLSearchParams): HttpAnswer {
    const id = query.get('line');
    const line = this.#bridge.lines.find(({ entry }) => entry.id === id);
    if (!line)
      return refuse(404, `no such line; there are: ${this.#bridge.lines.map(({ entry }) => entry.id)}`);
    const frames = line.frames.frames().map(({ bytes, error, decoded, timeMs }) => ({
      time: new Date(timeMs).toISOString(),
      hex: Buffer.from(bytes).toString('hex'),
      decoded: decoded ?? null,
      problem: error ? problemOf(error) : null,
    }));
    const body: FramesAnswer = { line: line.entry.id, frames };
    return { status: 200, body };
  }
}

function refuse(status: number, error: string): HttpAnswer {
  return { status, body: { error } };
}

/** Milliseconds since 1970; null if there is no such time; NaN if it is none. */
function timeOf(text: string | null): number | null {
  if (text === null) return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
}
