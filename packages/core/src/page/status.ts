/** What a bridge shows: the answer of /status, and what the page is made of. JSON, and nothing that runs. */
export interface BridgeStatus {
  readonly app: string;
  readonly version: string;
  /** ISO 8601. */
  readonly started: string;
  readonly uptime_s: number;
  /** Nothing is wrong. */
  readonly healthy: boolean;
  /** What is wrong, worst first. */
  readonly problems: readonly Problem[];
  /** What is not as it should be, though readings reach the broker. */
  readonly warnings: readonly Problem[];
  readonly broker: BrokerStatus;
  readonly messages: MessageCounts;
  /** What is kept on disk: the answer of /stats. */
  readonly store: object;
  readonly lines: readonly LineStatus[];
  readonly meters: readonly MeterStatus[];
  readonly log: readonly LogStatus[];
}

export interface Problem {
  /** In words. */
  readonly what: string;
  /** As in docs/ERRORS.md. */
  readonly code?: string;
  /** What to do about it. */
  readonly hint?: string;
}

export interface BrokerStatus {
  readonly url: string;
  readonly connected: boolean;
  /** The identity of the broker is not checked: `mqtt.tls.insecure`. */
  readonly insecure: boolean;
}

export interface MessageCounts {
  readonly delivered: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly refused: number;
}

/** How something is doing that may fail. */
export interface BreakerStatus {
  /** closed: it is tried as ever; open: it is left alone for a while; half-open: one try is under way that decides. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** In a row. */
  readonly failures: number;
  readonly problem: Problem | null;
  /** ISO 8601; null if nothing is wrong. */
  readonly retry_at: string | null;
}

/** What is read on its own: a port, a bus, a meter. */
export interface LineStatus extends BreakerStatus {
  readonly id: string;
  readonly readings: number;
  /** It waits for messages of meters that it does not know: none is no fault, and none of them is shown. */
  readonly may_be_quiet: boolean;
  /** Bad frames and the like so far, by error code. */
  readonly reports: Readonly<Record<string, number>>;
  /** Meters that are asked one by one. */
  readonly polled: readonly PolledStatus[];
}

export interface PolledStatus extends BreakerStatus {
  readonly id: string;
}

export interface MeterStatus {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Id of the line it is read on; null: not known before its first reading. */
  readonly line: string | null;
  /** Under which id it is asked on its line; null if it tells by itself. */
  readonly polled: string | null;
  /** Id of the meter in front of it. */
  readonly via: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial_number: string | null;
  readonly firmware: string | null;
  readonly online: boolean;
  /** Since it was last heard of; null: not since the start. */
  readonly age_s: number | null;
  /** Between two readings; null if they come irregularly. */
  readonly interval_s: number | null;
  /** Time of the last reading since the start, by the meter's clock; ISO 8601 with offset. */
  readonly time: string | null;
  /** By the meter's own key: values of totals that were held back so far, as they could not be true. */
  readonly held: Readonly<Record<string, number>>;
  readonly values: readonly ValueStatus[];
}

export interface ValueStatus {
  readonly key: string;
  readonly name: string;
  readonly unit: string | null;
  /** With all digits that the meter sent; null if it told none this time. */
  readonly value: unknown;
  /** The value as it stands on its attribute topic. */
  readonly text: string | null;
  readonly numeric: boolean;
  readonly device_class?: string;
  readonly diagnostic?: boolean;
  /** Another value tells the same, or it is a list. */
  readonly secondary?: boolean;
}

export interface LogStatus {
  readonly time: string;
  readonly level: string;
  readonly text: string;
  readonly details: readonly string[];
  readonly hint: string | null;
}

/** Of event `values`: the meter was heard of just now. */
export interface MeterUpdate {
  readonly id: string;
  readonly time: string;
  readonly texts: Readonly<Record<string, string | null>>;
}

/** Of event `state`; lines and log lines are those that are new or changed. */
export interface StateUpdate
  extends Pick<BridgeStatus, 'uptime_s' | 'healthy' | 'problems' | 'warnings' | 'broker' | 'messages'> {
  readonly lines: readonly LineStatus[];
  readonly log: readonly LogStatus[];
}

/** Of event `availability`. */
export interface AvailabilityUpdate {
  readonly id: string;
  readonly online: boolean;
}

/** Answer of /history. */
export interface HistoryAnswer {
  readonly meter: string;
  readonly parameter: string;
  /** Milliseconds since 1970, smallest, mean, largest. */
  readonly points: readonly (readonly [number, number, number, number])[];
}

/** Answer of /frames. */
export interface FramesAnswer {
  readonly line: string;
  /** Oldest first. */
  readonly frames: readonly FrameStatus[];
}

export interface FrameStatus {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly hex: string;
  /** What was made of it. */
  readonly decoded: string | null;
  /** Why nothing could be made of it. */
  readonly problem: Problem | null;
}
