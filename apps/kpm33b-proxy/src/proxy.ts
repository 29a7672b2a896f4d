import { isDeepStrictEqual } from 'node:util';
import type { MessageInfo } from '@meterbridge/core/mqtt';
import type { Service, ServiceBroker, ServiceContext } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/time';
import { MessageConverter } from '@meterbridge/kpm33b';
import { brokerWarnings, proxySettings } from '@meterbridge/kpm33b/config';
import { MeterAnnouncer } from './announcer.ts';
import { internalSettings } from './brokers.ts';
import type { Config } from './config.ts';
import { Drops } from './drops.ts';
import { Held } from './held.ts';
import { NewMeters } from './new-meters.ts';
import { countersMessage } from './status.ts';
import { readText } from './text.ts';
import { UnderWay } from './under-way.ts';

const COUNTERS_EVERY_MS = 60_000;
/** What is on its way into the outbox is there sooner; what is not is sent again by the internal broker. */
const STOP_WITHIN_MS = 500;
/** What is not acknowledged is limited by the internal broker; what meters send with QoS 0 is not. */
const MOST_HELD_BYTES = 16_000_000;

/** Passes on what the meters send, from the internal broker to the central one. */
export function proxy(context: ServiceContext<Config>): Service<Config> {
  const { config } = context;
  const settings = proxySettings(config, config.homeassistant.discovery_prefix);
  const converter = new MessageConverter(settings, readText, config.shard);
  const { enabled: isEnabled } = config.homeassistant;
  const newMeters = new NewMeters(context.log);
  const announcer = new MeterAnnouncer({
    proxy: settings,
    isEnabled,
    put: (message) => context.put(message),
    onNew: (id) => newMeters.heard(id, isEnabled),
    onRoom: () => intake.resume(),
  });
  const internal = context.connect('internal broker', internalSettings(config), {
    onDisconnect: () => intake.disconnected(),
  });
  const intake = new Intake(context, converter, announcer, internal);
  const { line } = internal;
  const warnings = brokerWarnings(config.internal_broker, config.mqtt);
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      for (const warning of warnings) context.log.warn({ err: warning });
      for (const topic of [settings.secondsTopic, settings.minutesTopic])
        internal.mqtt.subscribe(topic, (...message) => intake.receive(...message), {
          acknowledge: 'when-taken',
          payload: 'borrowed',
        });
      timer = setInterval(() => context.put(countersMessage(config, line)), COUNTERS_EVERY_MS);
    },
    reconfigure: (next) => isDeepStrictEqual(next, config),
    async stop() {
      clearInterval(timer);
      announcer.close();
      await intake.stop();
    },
    connected: () => announcer.again(),
    born: () => announcer.again(),
    warnings: () => warnings,
  };
}

/** A message is acknowledged to the internal broker when the outbox has it, or when nobody wants it. */
class Intake {
  readonly #context: ServiceContext<Config>;
  readonly #converter: MessageConverter;
  readonly #announcer: MeterAnnouncer;
  readonly #internal: ServiceBroker;
  readonly #drops: Drops;
  /** Not acknowledged, so that the internal broker sends no more than it has under way at once. */
  readonly #held = new Held();
  readonly #underWay = new UnderWay();
  #isStopping = false;

  constructor(
    context: ServiceContext<Config>,
    converter: MessageConverter,
    announcer: MeterAnnouncer,
    internal: ServiceBroker,
  ) {
    this.#context = context;
    this.#converter = converter;
    this.#announcer = announcer;
    this.#internal = internal;
    this.#drops = new Drops(context.log, internal.line);
  }

  receive(topic: string, payload: Uint8Array, { taken }: MessageInfo): void {
    // Not acknowledged: the internal broker keeps it for the next start.
    if (this.#isStopping) return;
    if (!this.#announcer.isFull) {
      this.#take(topic, payload, taken);
      return;
    }
    this.#held.add(topic, payload, taken);
    if (this.#held.bytes > MOST_HELD_BYTES) this.#announcer.letPass();
  }

  /** Goes on with what was held back while no more meters could be announced. */
  resume(): void {
    for (const message of this.#held.takeAll())
      this.receive(message.topic, message.payload, { ...message, retain: false });
  }

  /** What was not acknowledged comes again. */
  disconnected(): void {
    this.#held.disconnected();
    this.#underWay.disconnected();
  }

  #take(topic: string, payload: Uint8Array, taken: () => void): void {
    const conversion = this.#converter.convert(topic, payload);
    if (conversion?.dropped === null) {
      this.#internal.line.readings++;
      this.#announcer.heard(conversion.id);
      this.#pass(conversion.topic, conversion.payload, taken);
      return;
    }
    if (conversion) this.#drops.dropped(conversion.dropped, conversion.id, topic, payload);
    if (conversion?.copyOn) this.#underWay.addCopy(conversion.copyOn, taken);
    else taken();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const deadline = performance.now() + STOP_WITHIN_MS;
    while (!this.#underWay.isEmpty && performance.now() < deadline) await sleep(10);
  }

  #pass(topic: string, payload: string, taken: () => void): void {
    const onKept = this.#underWay.add(topic, taken);
    this.#context.put({ topic, payload, qos: 1, retain: false, backlogTopic: topic, onKept });
  }
}
