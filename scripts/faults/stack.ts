import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, until } from '@meterbridge/testing';

const ROOT = join(import.meta.dirname, '../..');
const BROKER_PORTS = ['MQTT_PORT', 'MQTTS_PORT', 'INTERNAL_PORT'];
const HTTP_PORTS: Readonly<Record<string, string>> = {
  'dsmr-bridge': 'DSMR_HTTP_PORT',
  'kamstrup-bridge': 'KAMSTRUP_HTTP_PORT',
  'mbus-gateway': 'MBUS_HTTP_PORT',
  'hoymiles-bridge': 'HOYMILES_HTTP_PORT',
  'kpm33b-proxy': 'KPM33B_HTTP_PORT',
  'kpm33b-config-sender': 'KPM33B_SENDER_HTTP_PORT',
};
const DNS = '127.0.0.11';
const COMPOSE_MS = 540_000;

const run = promisify(execFile);

/** Of docker-compose.yml, with the disk, the clock and the names of its containers in our hands. */
export interface Stack extends AsyncDisposable {
  readonly folder: string;
  readonly centralPort: number;
  readonly internalPort: number;
  /** Puts a configuration where the app sees it; it is JSON, which is YAML. */
  configure(app: string, config: object): Promise<void>;
  up(...services: readonly string[]): Promise<void>;
  /** `docker COMMAND ARGUMENTS CONTAINER` of these services. */
  docker(command: readonly string[], ...services: readonly string[]): Promise<void>;
  /** Ends an app at once, wherever it is; it is started again. */
  kill(app: string): Promise<void>;
  /** Packets from and to a service are gone from now on, or not any more. Nobody is told. */
  setNetwork(service: string, isThere: boolean): Promise<void>;
  /** Whether an app says that it has its central broker. */
  hasBroker(app: string): Promise<boolean>;
  /** Runs a program where the disk of the apps is, or the one of the central broker. */
  keeper(...command: readonly string[]): Promise<string>;
  password(account: string, broker: 'central' | 'internal'): Promise<string>;
  /** Names can be resolved, or not. */
  setDns(isThere: boolean): Promise<void>;
  /** Shifts the wall clock of all apps, such as `+1d`. */
  setClock(offset: string): Promise<void>;
  /** The last lines. */
  logs(service: string): Promise<string>;
}

export async function startStack(): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'));
  const project = `meterbridge-faults-${process.pid}`;
  const env: NodeJS.ProcessEnv = { ...process.env, COMPOSE_PROJECT_NAME: project, FAULTS_DIR: folder };
  for (const name of [...BROKER_PORTS, ...Object.values(HTTP_PORTS)]) env[name] = String(await freePort());
  env.CONFIG_DIR = join(folder, 'config');
  await mkdir(env.CONFIG_DIR);
  await mkdir(join(folder, 'faults'));

  const compose = async (...args: readonly string[]): Promise<string> => {
    const files = ['-f', 'docker-compose.yml', '-f', 'scripts/faults/compose.yml'];
    const options = { cwd: ROOT, env, timeout: COMPOSE_MS, maxBuffer: 64e6 };
    return (await run('docker', ['compose', ...files, ...args], options)).stdout;
  };
  const setDns = (isThere: boolean): Promise<void> =>
    // 192.0.2.0/24 is nobody's (RFC 5737).
    writeFile(
      join(folder, 'faults/resolv.conf'),
      `nameserver ${isThere ? DNS : '192.0.2.1'}\noptions timeout:1 attempts:1\n`,
    );
  const setClock = (offset: string): Promise<void> => writeFile(join(folder, 'faults/clock'), `${offset}\n`);
  await setDns(true);
  await setClock('+0');
  await compose('build', '--quiet');
  return {
    folder,
    centralPort: Number(env.MQTT_PORT),
    internalPort: Number(env.INTERNAL_PORT),
    configure: (app, config) => writeFile(join(folder, 'config', `${app}.yaml`), JSON.stringify(config)),
    up: async (...services) => void (await compose('up', '--detach', ...services)),
    ...containersOf(project),
    hasBroker: async (app) => {
      const answer = await fetch(`http://127.0.0.1:${env[HTTP_PORTS[app]!]}/status`);
      return JSON.parse(await answer.text()).broker.connected;
    },
    password: async (account, broker) => {
      const shown = await compose(
        'run',
        '--rm',
        '--entrypoint',
        'cat',
        'accounts',
        `/accounts/${account}/${broker}`,
      );
      return shown.trim();
    },
    setDns,
    setClock,
    [Symbol.asyncDispose]: async () => {
      await compose('down', '--volumes', '--timeout', '5').catch(tellLeftNetwork);
      await rm(folder, { recursive: true });
    },
  };
}

function containersOf(project: string): Pick<Stack, 'docker' | 'kill' | 'setNetwork' | 'keeper' | 'logs'> {
  return {
    docker: async (command, ...services) => {
      const containers = services.map((service) => `${project}-${service}-1`);
      await run('docker', [...command, ...containers], { timeout: 120_000 });
    },
    kill: (app) => {
      const kill = async (): Promise<boolean> => {
        const command = ['exec', `${project}-${app}-1`, 'sh', '-c', 'kill -9 "$(cat /tmp/pid)"'];
        return run('docker', command).then(
          () => true,
          () => false,
        );
      };
      // Between two lives there is nobody to kill.
      return until(kill, `${app} is there to be killed`, 60_000);
    },
    setNetwork: async (service, isThere) => {
      const [network, container] = [`${project}_central`, `${project}-${service}-1`];
      const connect = ['connect', '--alias', service];
      await run('docker', ['network', ...(isThere ? connect : ['disconnect']), network, container]);
    },
    keeper: async (...command) =>
      (await run('docker', ['exec', `${project}-keeper-1`, ...command], { timeout: 60_000 })).stdout,
    logs: async (service) => {
      const args = ['logs', '--tail', '30', `${project}-${service}-1`];
      const { stdout, stderr } = await run('docker', args, { maxBuffer: 64e6 });
      return `${service}:\n${stdout}${stderr}`;
    },
  };
}

/** Docker Engine 20.10 may miscount the endpoints of containers that are killed often; it keeps their networks then. */
function tellLeftNetwork(error: Error): void {
  if (!error.message.includes('has active endpoints')) throw error;
  console.warn(
    `Docker keeps an empty network until it is restarted: ${error.message.trim().split('\n').at(-1)}`,
  );
}
