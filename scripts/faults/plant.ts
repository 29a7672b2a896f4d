import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Collector, collect, freePort, startApp, until } from '@meterbridge/testing';
import { CommandLedger } from './commands.ts';
import { Ledger, type Tally } from './ledger.ts';
import { LINES, type Line, MBUS_LINE } from './lines.ts';
import { type Relay, type RelaySettings, startRelay } from './relay.ts';
import { type Stack, startStack } from './stack.ts';

const METERS = 5;
const PUMP_MS = 25;
const PROXY = 'kpm33b-proxy';
export const SENDER = 'kpm33b-config-sender';
const LEVELS: Readonly<Record<string, string>> = { MQTT_RT_DATA: 'seconds', MQTT_ENY_NOW: 'minutes' };

export const APPS = [...LINES.map(({ app }) => app), PROXY, SENDER] as const;

type Json = Readonly<Record<string, unknown>>;

/** All six apps at work on simulated meters, and whoever keeps the books. */
export interface Plant extends Observers, AsyncDisposable {
  readonly stack: Stack;
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Between each app and its meters. */
  readonly relays: ReadonlyMap<string, Relay>;
  /** The meters of an app are behind a broker. */
  isMqtt(app: string): boolean;
  /** Meters shall have other intervals. */
  demand(): Promise<void>;
  /** What was on its way to an app may have come too late for it. */
  interrupted(): void;
}

interface Observers {
  /** On the central broker, as Home Assistant; it misses nothing while it is away. */
  readonly homeAssistant: Collector;
  /** What a broker has yet to pass on to the one above dies with it, though confirmed; this one has it by then. */
  readonly witness: Collector;
  /** On the internal broker, as a meter. */
  readonly meters: Collector;
  /** Resolves when what is published is seen. */
  watching(): Promise<void>;
}

export async function startPlant(): Promise<Plant> {
  await using opened = new AsyncDisposableStack();
  const stack = opened.use(await startStack());
  await stack.up('mosquitto-central', 'mosquitto-internal', 'keeper');
  const simulator = await stack.password('simulator', 'internal');
  const observers = await observe(stack, simulator, opened);
  // A broker that is killed knows afterwards only of whom it has written: else an app that is back first would talk to nobody.
  await stack.docker(['kill', '--signal', 'USR1'], 'mosquitto-central', 'mosquitto-internal');
  await until(
    async () => (await stack.logs('mosquitto-central')).includes('Saving'),
    'the broker has saved',
    20_000,
  );

  const ledgers = new Map([...LINES.map(({ app }) => app), PROXY].map((app) => [app, new Ledger()]));
  const relays = new Map<string, Relay>();
  for (const line of LINES)
    relays.set(line.app, await startMeter(stack, line, ledgers.get(line.app)!, opened));
  for (const app of [PROXY, SENDER]) relays.set(app, opened.use(await startRelay(internalLink(stack))));

  const internalOf = (app: string): object => ({
    ...{ host: 'meters', port: relays.get(app)!.port },
    ...{ username: app, password_file: '/run/account/internal', keepalive: '5s' },
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
  await startFleet(stack, simulator, opened);

  const timer = setInterval(bookkeeping(observers, ledgers, commands), PUMP_MS);
  opened.defer(() => clearInterval(timer));
  await stack.up(...APPS);
  const all = opened.move();
  return {
    ...observers,
    stack,
    tallies: new Map<string, Tally>([...ledgers, [SENDER, commands]]),
    relays,
    isMqtt: (app) => app === PROXY || app === SENDER,
    demand,
    interrupted: () => {
      for (const ledger of ledgers.values()) ledger.broken();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function observe(stack: Stack, simulator: string, opened: AsyncDisposableStack): Promise<Observers> {
  const username = 'homeassistant';
  const account = { username, password: await stack.password(username, 'central') };
  const stays = { clean: false, clientId: 'ledger' };
  const central = { host: '127.0.0.1', port: stack.centralPort };
  const homeAssistant = opened.use(await collect(central, '#', { ...account, ...stays }));
  const witness = opened.use(await collect(central, '#', { ...account, qos: 0 }));
  const internal = { host: '127.0.0.1', port: stack.internalPort };
  const meterAccount = { username: 'simulator', password: simulator };
  const meters = opened.use(await collect(internal, '#', { ...meterAccount, ...stays }));
  let calls = 0;
  const watching = async (): Promise<void> => {
    const call = `call ${++calls}`;
    const hears = ({ messages }: Collector): boolean => messages.some(({ payload }) => payload === call);
    const isHeard = async (): Promise<boolean> => {
      await homeAssistant.publish('homeassistant/faults', call);
      return hears(homeAssistant) && hears(witness);
    };
    await until(isHeard, 'what is published is seen', 60_000);
  };
  return { homeAssistant, witness, meters, watching };
}

/** A simulated meter, and the line to it; the app is told where. */
async function startMeter(
  stack: Stack,
  line: Line,
  ledger: Ledger,
  opened: AsyncDisposableStack,
): Promise<Relay> {
  const { app, simulate, meter, frameLength, identity } = line;
  await writeFile(join(stack.folder, 'line.yaml'), JSON.stringify(MBUS_LINE));
  const port = await freePort();
  opened.use(await startApp(app, ['simulate', ...simulate(`tcp://127.0.0.1:${port}`, stack.folder)]));
  const relay = opened.use(
    await startRelay({
      target: { host: '127.0.0.1', port },
      frameLength,
      sent: (connection, frame, isIntact) => {
        const id = identity(frame);
        if (id !== null) ledger.sent(id, connection, isIntact);
      },
      broken: () => ledger.broken(),
    }),
  );
  await stack.configure(app, {
    mqtt: { ...mqttOf(app), output: 'json' },
    meters: [meter(relay.port)],
    breaker: { reset_after: '1s' },
  });
  return relay;
}

/** The internal broker keeps what does not come through: nothing is told of what does. */
function internalLink({ internalPort }: Stack): RelaySettings {
  return {
    target: { host: '127.0.0.1', port: internalPort },
    frameLength: (bytes) => bytes.length,
    sent: () => undefined,
    broken: () => undefined,
  };
}

async function startFleet(stack: Stack, password: string, opened: AsyncDisposableStack): Promise<void> {
  const passwordFile = join(stack.folder, 'simulator');
  await writeFile(passwordFile, password);
  const account = ['--username', 'simulator', '--password-file', passwordFile];
  const fleet = ['--meters', String(METERS), '--rate', '10', '--fault', 'double'];
  const broker = ['--broker', `127.0.0.1:${stack.internalPort}`];
  opened.use(await startApp(PROXY, ['simulate', ...broker, ...account, ...fleet]));
}

/** Enters what the observers collect, each message once. */
function bookkeeping(
  { homeAssistant, witness, meters }: Observers,
  ledgers: ReadonlyMap<string, Ledger>,
  commands: CommandLedger,
): () => void {
  const fromMeters = (topic: string, message: Json): void => {
    const level = LEVELS[topic];
    // Without a time it is nonsense that was put there to be dropped.
    if (level && message.time) ledgers.get(PROXY)?.sent(`${message.id}/${level}/${message.time}`, null, true);
    else commands.seen(topic, message);
  };
  const received =
    (observer: string) =>
    (topic: string, message: Json): void => {
      const line = LINES.find((one) => topic === one.topic || topic === `${one.topic}/backlog`);
      if (line) ledgers.get(line.app)?.received(line.published(message), observer);
      const [, id, level] = /^kpm33b\/(\w+)\/(seconds|minutes)$/.exec(topic) ?? [];
      if (id) ledgers.get(PROXY)?.received(`${id}/${level}/${message.time}`, observer);
    };
  const sources = [
    [meters, fromMeters],
    [homeAssistant, received('session')],
    [witness, received('witness')],
  ] as const;
  const read = sources.map(() => 0);
  return () => {
    for (const [at, [{ messages }, enter]] of sources.entries()) {
      for (const { topic, payload, retain } of messages.slice(read[at])) {
        // Retained ones are told again at each subscription.
        if (!retain && payload.startsWith('{')) enter(topic, parsed(payload));
      }
      read[at] = messages.length;
    }
  };
}

function mqttOf(app: string): object {
  const account = { username: app, password_file: '/run/account/central' };
  return { url: 'mqtt://mosquitto-central:1883', ...account, keepalive: '5s' };
}

function parsed(payload: string): Json {
  try {
    return JSON.parse(payload);
  } catch {
    return {};
  }
}
