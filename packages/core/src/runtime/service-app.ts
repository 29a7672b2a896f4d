import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { CommonConfig } from '../config/index.ts';
import type { BridgeError } from '../errors/index.ts';
import { MqttClient, type MqttSettings } from '../mqtt/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import { App } from './app.ts';
import { runApp } from './cli.ts';
import type { Loaded } from './definition.ts';
import {
  type ConnectEvents,
  type Service,
  type ServiceBroker,
  type ServiceDefinition,
  ServiceLine,
} from './service.ts';

/** A broker of its own is near, and its clients are few: it can be asked often whether it is back. */
const RETRY_MAX_MS = 2_000;

/** The command line of a service. Never throws. */
export async function runService<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
): Promise<void> {
  await runApp<Schema>({
    ...definition,
    create: (config, log, tail) => new ServiceApp(definition, config, log, tail),
  });
}

/** A running service. */
export class ServiceApp<Schema extends z.ZodObject> extends App {
  readonly meters = [];
  readonly #service: Service<z.output<Schema>>;
  readonly #brokers: ServiceBroker[] = [];

  constructor(
    definition: ServiceDefinition<Schema>,
    config: Loaded<Schema>['config'],
    log: Logger,
    tail: LogTail,
  ) {
    const { name, wantedReceiveMaximum } = definition;
    super({
      name,
      config,
      log,
      tail,
      isOutboxKept: true,
      ...(wantedReceiveMaximum && { wantedReceiveMaximum }),
      state: (payload) => definition.state(config, payload),
    });
    this.#service = definition.service({
      config,
      log: this.logs.meters,
      state: this.store.state.space('service'),
      put: (message) => this.put(message),
      subscribe: (filter, onMessage) => void this.mqtt.subscribe(filter, onMessage),
      connect: (id, settings, events) => this.#connect(id, settings, events),
    });
  }

  get lines(): readonly ServiceLine[] {
    return this.#brokers.map(({ line }) => line);
  }

  protected get ownWarnings(): readonly BridgeError[] {
    return this.#service.warnings?.() ?? [];
  }

  async reconfigure(before: CommonConfig, after: Loaded<Schema>['config']): Promise<boolean> {
    const isTaken = this.#service.reconfigure(after);
    return isTaken && isDeepStrictEqual(commonPart(before), commonPart(after));
  }

  protected async begin(): Promise<void> {
    this.#service.start();
    for (const { mqtt } of this.#brokers) mqtt.connect();
  }

  protected async end(timeoutMs: number): Promise<void> {
    await this.#service.stop();
    for (const { mqtt } of this.#brokers) await mqtt.close({ timeoutMs });
  }

  protected connected(): void {
    this.#service.connected?.();
  }

  protected born(): void {
    this.#service.born?.();
  }

  #connect(id: string, settings: MqttSettings, { onConnect, onDisconnect }: ConnectEvents): ServiceBroker {
    const line = new ServiceLine(id);
    const broker = `${settings.host}:${settings.tcpPort}`;
    const mqtt = new MqttClient(
      settings,
      {
        onConnect: () => {
          line.breaker.succeeded();
          this.logs.mqtt.info({ broker }, `connected to the ${id}`);
          onConnect?.();
        },
        onDisconnect: (error) => {
          line.breaker.failed(error);
          this.logs.mqtt.warn({ err: error, broker }, `no connection to the ${id}`);
          onDisconnect?.();
        },
        onError: (error) => this.mqttError(error),
      },
      { retryMaxMs: RETRY_MAX_MS },
    );
    this.#brokers.push({ mqtt, line });
    return { mqtt, line };
  }
}

/** What all apps have; a service looks at its own part itself. */
function commonPart({ mqtt, log, http, store, homeassistant, dry_run }: CommonConfig): object {
  const { level: _, levels: __, ...where } = log;
  return { mqtt, log: where, http, store, homeassistant, dry_run };
}
