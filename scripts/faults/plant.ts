import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Collector, collect, freePort, startApp } from '@meterbridge/testing';
import { CommandLedger } from './commands.ts';
import { Ledger, type Tally } from './ledger.ts';
import { LINES, MBUS_LINE } from './lines.ts';
import { type Relay, startRelay } from './relay.ts';
import { type Stack, startStack } from './stack.ts';

const METERS = 5;
const BRIDGE = { breaker: { reset_after: '3s' } };
const PUMP_MS = 25;
const PROXY = 'kpm33b-proxy';
const SENDER = 'kpm33b-config-sender';
const LEVELS: Readonly<Record<string, string>> = { MQTT_RT_DATA: 'seconds', MQTT_ENY_NOW: 'minutes' };

export const APPS = [...LINES.map(({ app }) => app), PROXY, SENDER] as const;

type Json = Readonly<Record<string, unknown>>;

/** All six apps at work on simulated meters, and whoever keeps the books. */
export interface Plant extends AsyncDisposable {
  readonly stack: Stack;
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Between each app and its meters. */
  readonly relays: ReadonlyMap<string, Relay>;
  /** On the central broker, as Home Assistant. */
  readonly homeAssistant: Collector;
  /** On the internal broker, as a meter. */
  readonly meters: Collector;
  /** Meters shall have other intervals. */
  demand(): Promise<void>;
  /** What was on its way to an app may have come too late for it. */
  interrupted(): void;
}

export async function startPlant(): Promise<Plant> {
  await using opened = new AsyncDisposableStack();
  const stack = opened.use(await startStack());
  await stack.up('mosquitto-central', 'mosquitto-internal', 'keeper');
  const [reader, simulator] = [
    await stack.password('homeassistant', 'central'),
    await stack.password('simulator', 'internal'),
  ];
  const central = { host: '127.0.0.1', port: stack.centralPort };
  const account = { username: 'homeassistant', password: reader };
  const stays = { clean: false, clientId: 'ledger' };
  const homeAssistant = opened.use(await collect(central, '#', { ...account, ...stays }));
  // What is confirmed to a bridge while the one above has yet to confirm others dies with a broker that is killed.
  const witness = opened.use(await collect(central, '#', { ...account, qos: 0 }));
  const internal = { host: '127.0.0.1', port: stack.internalPort };
  const meters = opened.use(
    await collect(internal, '#', { username: 'simulator', password: simulator, ...stays }),
  );

  const ledgers = new Map<string, Ledger>();
  const relays = new Map<string, Relay>();
  await writeFile(join(stack.folder, 'line.yaml'), JSON.stringify(MBUS_LINE));
  for (const { app, simulate, meter, frameLength, identity } of LINES) {
    const ledger = new Ledger();
    ledgers.set(app, ledger);
    const port = await freePort();
    opened.use(await startApp(app, ['simulate', ...simulate(`tcp://127.0.0.1:${port}`, stack.folder)]));
    const relay = opened.use(
      await startRelay({
        target: { host: '127.0.0.1', port },
        frameLength,
        connected: () => ({ isOver: false }),
        sent: (connection, frame, isIntact) => {
          const id = identity(frame);
          if (id !== null) ledger.sent(id, connection, isIntact);
        },
        broken: () => ledger.broken(),
      }),
    );
    relays.set(app, relay);
    await stack.configure(app, {
      mqtt: mqttOf(app, { output: 'json' }),
      meters: [meter(relay.port)],
      ...BRIDGE,
    });
  }

  const proxyLedger = new Ledger();
  ledgers.set(PROXY, proxyLedger);
  for (const app of [PROXY, SENDER]) {
    const relay = opened.use(
      await startRelay({
        target: internal,
        frameLength: (bytes) => bytes.length,
        connected: () => ({ isOver: false }),
        // The internal broker keeps what did not come through.
        sent: () => undefined,
        broken: () => undefined,
      }),
    );
    relays.set(app, relay);
  }
  const internalOf = (app: string) => ({
    ...{ host: 'meters', port: relays.get(app)!.port },
    ...{ username: app, password_file: '/run/account/internal' },
  });
  await stack.configure(PROXY, { mqtt: mqttOf(PROXY), internal_broker: internalOf(PROXY) });
  const commands = new CommandLedger(Array.from({ length: METERS }, (_, number) => `2515000${number}`));
  const demand = (): Promise<void> =>
    stack.configure(SENDER, {
      mqtt: mqttOf(SENDER),
      internal_broker: internalOf(SENDER),
      kpm33b_meters: commands.demand(),
      config_sender: { ack_timeout_seconds: 15, retry_after_seconds: 3 },
    });
  await demand();
  const passwordFile = join(stack.folder, 'simulator');
  await writeFile(passwordFile, simulator);
  opened.use(
    await startApp(PROXY, [
      ...['simulate', '--broker', `127.0.0.1:${stack.internalPort}`, '--username', 'simulator'],
      ...['--password-file', passwordFile, '--meters', String(METERS), '--rate', '10', '--fault', 'double'],
    ]),
  );

  const pump = reading([
    [
      meters,
      (topic, message) => {
        const level = LEVELS[topic];
        if (level) proxyLedger.sent(`${message.id}/${level}/${message.time}`, null, true);
        else commands.seen(topic, message);
      },
    ],
    [homeAssistant, (topic, message) => receive(ledgers, topic, message, 'session')],
    [witness, (topic, message) => receive(ledgers, topic, message, 'witness')],
  ]);
  const timer = setInterval(pump, PUMP_MS);
  opened.defer(() => clearInterval(timer));
  await stack.up(...APPS);
  const all = opened.move();
  return {
    stack,
    tallies: new Map<string, Tally>([...ledgers, [SENDER, commands]]),
    relays,
    homeAssistant,
    meters,
    demand,
    interrupted: () => {
      for (const ledger of ledgers.values()) ledger.broken();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function mqttOf(app: string, more: object = {}): object {
  return {
    ...{ url: 'mqtt://mosquitto-central:1883', username: app, password_file: '/run/account/central' },
    ...more,
  };
}

/** Reads on in what was collected, each message once. */
function reading(
  sources: readonly (readonly [Collector, (topic: string, message: Json) => void])[],
): () => void {
  const positions = sources.map(() => 0);
  return () => {
    for (const [at, [{ messages }, take]] of sources.entries()) {
      for (; positions[at]! < messages.length; positions[at]!++) {
        const { topic, payload, retain } = messages[positions[at]!]!;
        // Retained ones are told again at each subscription.
        if (!retain && payload.startsWith('{')) take(topic, parsed(payload));
      }
    }
  };
}

function parsed(payload: string): Json {
  try {
    return JSON.parse(payload);
  } catch {
    return {};
  }
}

function receive(ledgers: ReadonlyMap<string, Ledger>, topic: string, message: Json, observer: string): void {
  const line = LINES.find((one) => topic === one.topic || topic === `${one.topic}/backlog`);
  const [, id, level] = /^kpm33b\/(\w+)\/(seconds|minutes)$/.exec(topic) ?? [];
  const app = line?.app ?? (id === undefined ? undefined : PROXY);
  const ledger = app === undefined ? undefined : ledgers.get(app);
  ledger?.received(line ? line.published(message) : `${id}/${level}/${message.time}`, observer);
}
