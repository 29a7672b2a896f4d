import type { z } from 'zod';
import type { CommonConfig } from '../config/index.ts';
import type { BridgeError } from '../errors/index.ts';
import type { Message, MqttClient, MqttEvents, MqttSettings, OnMessage } from '../mqtt/index.ts';
import { FrameLog, type Logger } from '../observe/index.ts';
import type { Outgoing, StateSpace } from '../store/index.ts';
import { Breaker } from './breaker.ts';
import type { Definition } from './definition.ts';
import { OncePerMinute } from './quiet.ts';

/** An app without readings: it has topics of its own, and may have more brokers than one. */
export interface ServiceDefinition<Schema extends z.ZodObject> extends Definition<Schema> {
  readonly service: (context: ServiceContext<CommonConfig & z.output<Schema>>) => Service<z.output<Schema>>;
  /** For whoever passes on thousands of messages per second: as in the settings of MQTT. */
  readonly wantedReceiveMaximum?: number;
  /** Birth message and last will. */
  readonly state: (config: z.output<Schema>, payload: 'online' | 'offline') => Message;
}

export interface Service<Config> {
  /** The brokers may not be there yet. */
  start(): void;
  /**
   * The configuration was read anew; it may say the same as before.
   * @returns whether it was taken over: if not, the service is stopped and another one made of it
   */
  reconfigure(config: Config): boolean;
  /** Ends everything that puts messages into the outbox. */
  stop(): void | Promise<void>;
  /** The central broker is there, maybe without all that it was told before. */
  connected?(): void;
  /** Home Assistant has started. */
  born?(): void;
  /** What should be looked at; asked whenever somebody looks. */
  warnings?(): readonly BridgeError[];
}

/** What a service gets to work with. */
export interface ServiceContext<Config> {
  readonly config: Config;
  readonly log: Logger;
  /** What must be known again after a restart. */
  readonly state: StateSpace;
  /** Puts a message into the outbox of the central broker. */
  put(message: Outgoing): void;
  /** Messages of the central broker. */
  subscribe(filter: string, onMessage: OnMessage): void;
  /** Another broker, closed after the service has stopped. Its line shows how it is doing. */
  connect(name: string, settings: MqttSettings, events: ConnectEvents): ServiceBroker;
}

export type ConnectEvents = Pick<MqttEvents, 'onConnect'> & { readonly onDisconnect?: () => void };

export interface ServiceBroker {
  readonly mqtt: MqttClient;
  readonly line: ServiceLine;
}

/** How one part of a service is doing, in the form in which the lines of a bridge are shown. */
export class ServiceLine {
  readonly entry: { readonly id: string };
  /** Messages so far that it took. */
  readings = 0;
  /** What else happened so far, by kind. */
  readonly reports = new Map<string, number>();
  readonly mayBeQuiet = true;
  readonly breaker = new Breaker(1, () => 0);
  readonly polls = [];
  /** The last messages that somebody may want to see. */
  readonly frames = new FrameLog();
  readonly #quiet = new OncePerMinute();

  constructor(id: string) {
    this.entry = { id };
  }

  /** It waits for messages: that none comes is no standstill. */
  get progressMs(): number {
    return performance.now();
  }

  count(kind: string): void {
    this.reports.set(kind, (this.reports.get(kind) ?? 0) + 1);
  }

  /** How many like events were held back since the last one that passed, or null if this one is held back. */
  quiet(key: string): number | null {
    return this.#quiet.pass(key);
  }
}
