/** Shows every bridge at work without hardware and without Docker: a broker, simulated meters and the bridges, in one terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { DemoScreen } from './demo-screen.ts';

const ROOT = join(import.meta.dirname, '..');

interface DemoBridge {
  readonly app: string;
  readonly simulate: (address: string) => readonly string[];
  readonly meters: (address: string) => readonly object[];
}

/** What there is to see, with the address at which each simulator listens. */
const BRIDGES: readonly DemoBridge[] = [
  {
    app: 'dsmr-bridge',
    simulate: (address) => ['--listen', address],
    meters: (address) => [{ id: 'dsmr_main', name: 'House', address }],
  },
  {
    app: 'kamstrup-bridge',
    simulate: (address) => ['--listen', address],
    meters: (address) => [{ id: 'heat', name: 'Heating', address, model: '403', interval: '10s' }],
  },
  {
    app: 'mbus-gateway',
    simulate: (address) => [join(ROOT, 'apps/mbus-gateway/simulated.yaml'), '--listen', address],
    meters: (address) => [{ id: 'bus', address, meter: 'all', interval: '10s' }],
  },
  {
    app: 'hoymiles-bridge',
    simulate: (address) => ['--modbus', address, '--hour', '12'],
    meters: (address) => {
      const { hostname: host, port } = new URL(address);
      return [{ id: 'roof', name: 'Solar plant', host, port: Number(port), protocol: 'modbus' }];
    },
  },
];

const STOP_TIMEOUT_MS = 1_500;

const folder = await mkdtemp(join(tmpdir(), 'meterbridge-demo-'));
const children: ChildProcess[] = [];
const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
const mqttPort = await listen(1883);
const pages: string[] = [];

const screen = new DemoScreen();
broker.on('publish', ({ topic, payload, retain }, client) => {
  // What bridges tell of themselves is no reading.
  if (client && retain && !topic.startsWith('meters/bridge/')) screen.published(topic, payload.toString());
});

for (const { app, simulate, meters } of BRIDGES) {
  const meterPort = await freePort();
  const httpPort = await freePort(8080 + pages.length);
  const address = `tcp://127.0.0.1:${meterPort}`;
  start(app, ['simulate', ...simulate(address)]);
  const file = join(folder, `${app}.yaml`);
  const config = {
    mqtt: { url: `mqtt://127.0.0.1:${mqttPort}` },
    log: { level: 'warn', format: 'pretty' },
    http: { port: httpPort },
    store: { path: join(folder, `${app}.db`) },
    meters: meters(address),
  };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config, null, 2));
  start(app, ['run', '--config', file]);
  pages.push(`${app}: http://127.0.0.1:${httpPort}/`);
}
screen.start([
  `Broker:  mqtt://127.0.0.1:${mqttPort}   try: mosquitto_sub -p ${mqttPort} -t 'meters/#' -v`,
  ...pages.map((page) => `Page:    ${page}`),
  'Ctrl-C ends the demo.',
]);

const signal = await Promise.race(
  ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => once(process, name).then(() => name)),
);
screen.stop();
await Promise.all(children.map(stop));
server.close();
await new Promise<void>((resolve) => broker.close(resolve));
await rm(folder, { recursive: true, force: true });
process.exit(signal === 'SIGINT' ? 0 : 143);

/** Runs an app in a process group of its own, so that Ctrl-C reaches it in the right order. */
function start(app: string, args: readonly string[]): void {
  const main = join(ROOT, 'apps', app, 'src/main.ts');
  const child = spawn(process.execPath, [main, ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (text: Buffer) => screen.note(`${app}: ${text.toString().trim()}`));
  child.on('exit', (code) => {
    if (code) screen.note(`${app} ${args[0]} ended with code ${code}`);
  });
  children.push(child);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await once(child, 'exit');
  clearTimeout(timer);
}

/** Listens on the usual port, or on a free one if another broker has it. */
async function listen(wanted: number): Promise<number> {
  server.listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return portOf(server.address() as AddressInfo);
}

async function freePort(wanted = 0): Promise<number> {
  const probe = createServer().listen(wanted, '127.0.0.1');
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return await freePort();
  const port = portOf(probe.address() as AddressInfo);
  probe.close();
  await once(probe, 'close');
  return port;
}

function portOf({ port }: AddressInfo): number {
  return port;
}
