import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Broker,
  type Collector,
  collect,
  freePort,
  hasRealBroker,
  type RunningApp,
  startApp,
  startBroker,
  until,
} from '@meterbridge/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bridgeConfig, tcpMeter, telegram } from './bridge.fixture.ts';

const isReal = await hasRealBroker();

/** The reading with number n, told as power, of a minute that goes on for ever. */
const numbered = (n: number): Uint8Array => telegram(`${(n / 1000).toFixed(3).padStart(6, '0')}`);
const numberOf = (payload: string): number =>
  Math.round(JSON.parse(payload).current_electricity_usage * 1000);

const TOPIC = 'meters/dsmr/dsmr_main';

interface Ledger {
  /** Numbers in the order in which they arrived, as live readings and as late ones. */
  live(): readonly number[];
  late(): readonly number[];
  all(): ReadonlySet<number>;
}

/** Each message is read once: there are many, and the ledger is asked often. */
function ledgerOf({ messages }: Collector): Ledger {
  const live: number[] = [];
  const late: number[] = [];
  const all = new Set<number>();
  let read = 0;
  const readOn = (): void => {
    for (; read < messages.length; read++) {
      const { topic, payload } = messages[read]!;
      const numbers = { [TOPIC]: live, [`${TOPIC}/backlog`]: late }[topic];
      if (!numbers) continue;
      numbers.push(numberOf(payload));
      all.add(numberOf(payload));
    }
  };
  const asked =
    <T>(answer: T) =>
    (): T => {
      readOn();
      return answer;
    };
  return { live: asked(live), late: asked(late), all: asked(all) };
}

/** Subscribes with a session that stays: nothing that reaches the broker can pass it by. */
const watch = (broker: Broker): Promise<Collector> =>
  collect(broker, 'meters/dsmr/#', { clean: false, clientId: 'ledger' });

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dsmr-outbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Setup {
  readonly brokerUrl: string;
  readonly tcpPort: number;
  readonly store?: object;
  readonly httpPort?: number;
  readonly mqtt?: object;
}

function startBridge({ brokerUrl, tcpPort, store = {}, httpPort, mqtt = {} }: Setup): Promise<RunningApp> {
  const config = bridgeConfig(brokerUrl, `tcp://127.0.0.1:${tcpPort}`);
  return startApp('dsmr-bridge', ['run'], {
    config: {
      ...config,
      mqtt: { ...config.mqtt, output: 'json', ...mqtt },
      http: httpPort ? { port: httpPort } : { enabled: false },
      store,
    },
    // Without a limit of its own, garbage may pile up on a large machine before it is looked for.
    env: { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=2' },
  });
}

/** A bridge that has its meter and its broker, and who sees all that reaches the broker. */
async function connected() {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await startBroker({ persistence: true }));
  const seen = stack.use(await watch(broker));
  const meter = stack.use(await tcpMeter());
  const httpPort = await freePort();
  const setup = { brokerUrl: broker.url, tcpPort: meter.tcpPort, httpPort };
  const app = stack.use(await startBridge(setup));
  await meter.connected();
  await app.log(({ msg }) => msg === 'connected to the broker');
  const all = stack.move();
  return { broker, seen, meter, httpPort, app, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** What of /status is looked at here. */
interface Status {
  readonly broker: { readonly connected: boolean };
  readonly messages: { readonly waiting: number; readonly dropped: number };
  readonly store: { readonly outbox: { readonly messages: number } };
}

async function status(httpPort: number): Promise<Status> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/status`);
  return JSON.parse(await answer.text());
}

/** Messages that were put while none was delivered. */
async function put(httpPort: number): Promise<number> {
  const { messages } = await status(httpPort);
  return messages.waiting + messages.dropped;
}

describe.skipIf(!isReal)('the outbox', () => {
  it('delivers 10,000 readings that came while the broker was away, all and in order', async () => {
    await using setup = await connected();
    const { broker, seen, meter, httpPort, app } = setup;
    await broker.stop();
    await app.log(({ msg }) => msg === 'no connection to the broker');
    for (let n = 1; n <= 10_000; n++) meter.send(numbered(n));
    await until(async () => (await put(httpPort)) >= 10_000, 'all are read', 60_000);
    const { store } = await status(httpPort);
    expect(store.outbox.messages).toBeGreaterThanOrEqual(10_000);
    await broker.start();
    const ledger = ledgerOf(seen);
    await until(() => ledger.all().size >= 10_000, 'all have arrived', 120_000);
    expect(ledger.live()).toEqual([10_000]);
    expect(ledger.late()).toEqual(Array.from({ length: 9_999 }, (_, at) => at + 1));
    await until(async () => (await status(httpPort)).messages.waiting === 0, 'the outbox is empty');
  }, 240_000);

  it('loses nothing when the bridge is killed, twenty times, at any moment', async () => {
    await using broker = await startBroker({ persistence: true });
    await using seen = await watch(broker);
    const ledger = ledgerOf(seen);
    const store = { path: join(tempFolder(), 'meters.db') };
    let seed = 20_260_131;
    const random = (below: number): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };
    let n = 0;
    /** What a bridge was sent in its life: first number, last number. */
    const lives: [number, number][] = [];
    for (let life = 0; life < 20; life++) {
      await using meter = await tcpMeter();
      const isAway = life % 4 === 3;
      if (isAway) await broker.stop();
      await using app = await startBridge({ brokerUrl: broker.url, tcpPort: meter.tcpPort, store });
      await meter.connected();
      const first = n + 1;
      const burst = setInterval(() => {
        for (let count = 0; count < 20; count++) meter.send(numbered(++n));
      }, 5);
      await new Promise((resolve) => setTimeout(resolve, 100 + random(400)));
      app.process.kill('SIGKILL');
      await app.exit;
      clearInterval(burst);
      lives.push([first, n]);
      if (isAway) await broker.start();
    }
    await using meter = await tcpMeter();
    const httpPort = await freePort();
    await using _app = await startBridge({ brokerUrl: broker.url, tcpPort: meter.tcpPort, store, httpPort });
    await meter.connected();
    meter.send(numbered(++n));
    await until(() => ledger.all().has(n), 'the last one has arrived', 30_000);
    await until(async () => (await status(httpPort)).messages.waiting === 0, 'nothing waits', 90_000);
    const arrived = ledger.all();
    let taken = 0;
    for (const [first, last] of lives) {
      // The bytes behind the last reading that was taken died in the pipe; before it none may be missing.
      const of = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      const missing = of.findIndex((number) => !arrived.has(number));
      const gap = missing < 0 ? [] : of.slice(missing).filter((number) => arrived.has(number));
      expect({ missing: of[missing], before: gap[0] }).toEqual(
        gap.length > 0 ? {} : { missing: of[missing] },
      );
      taken += missing < 0 ? of.length : missing;
    }
    const repeats = ledger.live().length + ledger.late().length - arrived.size;
    console.info(
      `killed 20 times: ${taken} of ${n - 1} readings were taken, all arrived, ${repeats} of them repeated`,
    );
    expect(taken).toBeGreaterThan(1_000);
  }, 240_000);

  it('loses nothing that a broker owes a confirmation for when it is killed', async () => {
    await using setup = await connected();
    const { broker, seen, meter, httpPort } = setup;
    let n = 0;
    for (let round = 0; round < 3; round++) {
      for (let burst = 0; burst < 20; burst++) {
        for (let count = 0; count < 50; count++) meter.send(numbered(++n));
        if (burst === 10) {
          // Frozen, it takes what it is sent and confirms nothing.
          await broker.pause();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await broker.kill();
      await broker.start();
      await until(async () => (await status(httpPort)).broker.connected, 'connected again', 30_000);
    }
    const ledger = ledgerOf(seen);
    await until(async () => (await status(httpPort)).messages.waiting === 0, 'nothing waits', 90_000);
    const unsaved = confirmedInVain(await broker.logs());
    await until(() => ledger.all().size >= n - unsaved, `all ${n} but ${unsaved} have arrived`, 30_000);
    const arrived = ledger.all().size;
    const repeats = ledger.live().length + ledger.late().length - arrived;
    console.info(
      `broker killed 3 times: ${arrived} of ${n} readings arrived, ${repeats} of them repeated; ` +
        `${unsaved} messages were confirmed, but died with the broker`,
    );
    expect(unsaved).toBeLessThan(50);
  }, 120_000);

  it('keeps what waits over a clean stop, and tells it late after the next start', async () => {
    await using broker = await startBroker({ persistence: true });
    await using seen = await watch(broker);
    await broker.stop();
    const store = { path: join(tempFolder(), 'meters.db') };
    await using meter = await tcpMeter();
    const setup = { brokerUrl: broker.url, tcpPort: meter.tcpPort, store };
    await using app = await startBridge({ ...setup, httpPort: await freePort() });
    await meter.connected();
    for (let n = 1; n <= 3; n++) meter.send(numbered(n));
    await app.log(({ msg }) => msg === 'readings arrive');
    await new Promise((resolve) => setTimeout(resolve, 200));
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
    await app.log(({ msg }) => msg === 'messages wait for the next start');
    await broker.start();
    await using _again = await startBridge(setup);
    const ledger = ledgerOf(seen);
    await until(() => ledger.all().size === 3, 'all three have arrived', 30_000);
    expect([ledger.live(), ledger.late()]).toEqual([[3], [1, 2]]);
  }, 60_000);
});

describe('a broker that takes everything and confirms nothing', () => {
  it('does not make the memory grow', async () => {
    await using broker = await muteBroker();
    await using meter = await tcpMeter();
    const httpPort = await freePort();
    await using app = await startBridge({
      brokerUrl: `mqtt://127.0.0.1:${broker.port}`,
      tcpPort: meter.tcpPort,
      httpPort,
      store: { outbox: { max_messages: 20_000 } },
    });
    await meter.connected();
    await app.log(({ msg }) => msg === 'connected to the broker');
    const sendUpTo = async (from: number, to: number): Promise<void> => {
      for (let n = from; n <= to; n++) meter.send(numbered(n));
      await until(async () => (await put(httpPort)) >= to, `${to} are read`, 60_000);
    };
    await sendUpTo(1, 30_000);
    const before = residentBytes(app);
    await sendUpTo(30_001, 100_000);
    const grown = residentBytes(app) - before;
    console.info(`resident memory grew by ${(grown / 1e6).toFixed(1)} MB over 70,000 unconfirmed readings`);
    // As JSON they are 28 MB, as objects more.
    expect(grown).toBeLessThan(20e6);
    const { store, messages } = await status(httpPort);
    expect(store.outbox.messages).toBeLessThanOrEqual(20_000 + 10);
    expect(messages.dropped).toBeGreaterThanOrEqual(79_000);
    const told = app.stdout.filter((line) => JSON.parse(line).err?.code === 'outbox/overflow');
    expect(told).toHaveLength(1);
  }, 180_000);
});

function residentBytes(app: RunningApp): number {
  const [, kilobytes] =
    /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${app.process.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/**
 * Mosquitto confirms a message before it saves it: what it has confirmed since then dies with it. How many messages of
 * the bridge that were, by its log.
 */
function confirmedInVain(log: string): number {
  let inVain = 0;
  let unsaved = 0;
  /** Those of a save that may be under way. */
  let beingSaved = 0;
  for (const line of log.split('\n')) {
    if (/mosquitto version \S+ starting/.test(line)) {
      inVain += unsaved + beingSaved;
      unsaved = 0;
      beingSaved = 0;
    } else if (line.includes('Saving in-memory database')) {
      beingSaved = unsaved;
      unsaved = 0;
    } else if (line.includes('Sending PUBACK to dsmr-bridge')) {
      unsaved++;
      beingSaved = 0;
    } else if (!line.includes('should not be run as root')) beingSaved = 0;
  }
  return inVain;
}

interface MuteBroker extends AsyncDisposable {
  readonly port: number;
}

/** Accepts connections (CONNACK of MQTT 5) and answers nothing else. */
async function muteBroker(): Promise<MuteBroker> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .once('data', () => {
        socket.write(Uint8Array.of(0x20, 3, 0, 0, 0));
        socket.resume();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
