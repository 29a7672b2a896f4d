import { isDeepStrictEqual } from 'node:util';
import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import type { Service, ServiceContext } from '@meterbridge/core/runtime';
import type { StateSpace } from '@meterbridge/core/store';
import { ConfigFlow, FewPerMinute, type FlowEvent, type KnownMeter } from '@meterbridge/kpm33b';
import { brokerWarnings, configFlowSettings } from '@meterbridge/kpm33b/config';
import * as z from 'zod';
import type { Config } from './config.ts';
import { internalSettings } from './internal.ts';
import { newOprid } from './oprid.ts';
import { readText } from './text.ts';

/** Meters that did not answer, as far as they are named. */
const MAX_NAMED = 5;

/** Whoever reaches the internal broker can send them: more are counted, but not logged. */
const ODD_ANSWERS_PER_MINUTE = 20;
const ODD_ANSWERS: ReadonlySet<FlowEvent['outcome']> = new Set(['malformed-ack', 'ack-mismatch']);

const WORDS: Readonly<Record<FlowEvent['outcome'], string>> = {
  ack: 'upload interval set',
  timeout: 'the meter did not answer',
  rejected: 'the meter refused the upload interval',
  'late-ack': 'the meter answered too late',
  'ack-mismatch': 'another meter answered',
  'malformed-ack': 'an answer cannot be read',
};

const CODES: Readonly<Record<FlowEvent['outcome'], ErrorCode | null>> = {
  ack: null,
  timeout: 'command/no-answer',
  rejected: 'command/refused',
  'late-ack': 'command/odd-answer',
  'ack-mismatch': 'command/odd-answer',
  'malformed-ack': 'command/odd-answer',
};

const level = z.enum(['seconds', 'minutes']);
const keptMeter = z.object({
  seconds: z.number(),
  minutes: z.number(),
  open: z.array(level),
  silent: z.array(level),
});

/** Discovers meters on the central broker and sends them their upload intervals over the internal one. */
export function configSender(context: ServiceContext<Config>): Service<Config> {
  const { log, state } = context;
  let { config } = context;
  let timer: NodeJS.Timeout | undefined;
  const oddAnswers = new FewPerMinute(ODD_ANSWERS_PER_MINUTE);
  const internal = context.connect('internal broker', internalSettings(config), {
    onConnect: () => after(() => flow.online()),
    onDisconnect: () => after(() => flow.offline()),
  });
  const flow = new ConfigFlow(configFlowSettings(config), newOprid, {
    publish: ({ topic, payload }, onSent) => {
      log.info({ topic, payload }, 'command sent');
      internal.mqtt.send({ topic, payload, qos: 1, retain: false }, (error) => {
        // The connection broke first: the command is sent again on the next one.
        if (error?.code === 'mqtt/lost') return;
        if (error) log.error({ err: error, topic });
        after(() => onSent(performance.now()));
      });
    },
    tell: (event) => {
      internal.line.count(event.outcome);
      const held = ODD_ANSWERS.has(event.outcome) ? oddAnswers.pass(performance.now()) : 0;
      if (held !== null) tell(log, event, held);
    },
    keep: (id, known) => keep(state, id, known),
  });

  /** Time runs for the oldest command; whatever happens may change which one that is. */
  function after(happened: () => void): void {
    happened();
    clearTimeout(timer);
    const { dueMs } = flow;
    if (dueMs === null) return;
    const look = (): void => after(() => flow.tick(performance.now()));
    // After a standstill the answer may lie in the socket: what has arrived is read before a meter is called silent.
    timer = setTimeout(() => setImmediate(look), Math.max(0, dueMs - performance.now()) + 1);
  }

  const warnings = brokerWarnings(config.internal_broker, config.mqtt);
  return {
    start() {
      for (const warning of warnings) log.warn({ err: warning });
      for (const id of state.keys()) {
        const known = knownMeter(state.get(id));
        if (known) flow.restore(id, known);
      }
      const { internal_broker_topics: topics, central_broker_topics: central } = config;
      internal.mqtt.subscribe(topics.meter_settime_ack, (_, payload) =>
        after(() => flow.answered(readText(payload))),
      );
      context.subscribe(`${central.external_main_topic}/#`, (topic, payload) => {
        after(() => flow.heard(topic, readText(payload), performance.now()));
      });
    },
    reconfigure(next) {
      const goesOn = isDeepStrictEqual(foundation(config), foundation(next));
      config = next;
      // What is to be sent now is kept for the service that follows this one.
      if (!goesOn) flow.offline();
      log.info(
        { outcome: 'config-reloaded' },
        'the configuration was read anew: every known meter gets its intervals',
      );
      after(() => flow.reconfigure(configFlowSettings(next)));
      return goesOn;
    },
    stop() {
      clearTimeout(timer);
      flow.offline();
    },
    warnings: () => [...warnings, ...silence([...flow.silentMeters()])],
  };
}

function tell(
  log: ServiceContext<Config>['log'],
  { outcome, severity, meter, command, message }: FlowEvent,
  heldBack: number,
): void {
  const about = {
    outcome,
    ...(meter !== null && { meter, command }),
    ...(message && { said: message }),
    ...(heldBack > 0 && { more_since_last_line: heldBack }),
  };
  const code = CODES[outcome];
  if (code === null) log[severity](about, WORDS[outcome]);
  else log[severity]({ ...about, err: new BridgeError(code, WORDS[outcome]) });
}

/** What the service stands on: all but the meters, the times, and how much is logged. A change of it makes another one. */
function foundation({ kpm33b_meters: _, config_sender: __, log, ...rest }: Config): object {
  const { level: ___, levels: ____, ...where } = log;
  return { ...rest, where };
}

function keep(state: StateSpace, id: string, known: KnownMeter | null): void {
  // At once: after a kill, a meter that was told something else than before must not be taken for done.
  if (known) state.set(id, known, 0);
  else state.delete(id);
}

/** What an earlier run kept; null if it is not what this version would have kept. */
function knownMeter(value: unknown): KnownMeter | null {
  const known = keptMeter.safeParse(value);
  return known.success ? known.data : null;
}

function silence(meters: readonly string[]): readonly BridgeError[] {
  if (meters.length === 0) return [];
  const more = meters.length > MAX_NAMED ? ` and ${meters.length - MAX_NAMED} more` : '';
  const named = meters.slice(0, MAX_NAMED).join(', ');
  return [new BridgeError('command/no-answer', `no answer to a command: ${named}${more}`)];
}
