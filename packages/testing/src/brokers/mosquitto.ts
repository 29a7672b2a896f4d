import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';

export interface MosquittoOptions {
  /** Lines of `mosquitto.conf` after those of the listener; files are named without a folder. */
  readonly config?: readonly string[];
  /** Files beside the configuration, by name: passwords, ACL, certificates. */
  readonly files?: Readonly<Record<string, string>>;
  /** Keep retained messages and sessions over restarts, written at each change. */
  readonly persistence?: boolean;
}

/** What can be done to a broker. */
export interface BrokerControls {
  readonly host: string;
  /** After `stop` or `kill`: the same broker again. */
  start(): Promise<void>;
  /** SIGTERM: writes its persistence, says goodbye to its clients. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Freezes the broker: its connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Replaces files and has Mosquitto read passwords and ACL again (SIGHUP). */
  reload(files: Readonly<Record<string, string>>): Promise<void>;
  logs(): Promise<string>;
}

/** What differs between Mosquitto in a container and as a plain process. */
export interface RunningBroker extends BrokerControls {
  remove(): Promise<void>;
}

/** Mosquitto logs this when its listeners are open. */
export const READY = /mosquitto version \S+ running/g;

export function mosquittoConf(port: number, options: MosquittoOptions): string {
  const lines = options.config ?? [];
  const anonymous = lines.some((line) => line.startsWith('allow_anonymous')) ? [] : ['allow_anonymous true'];
  const persistence = ['persistence true', 'autosave_interval 1', 'autosave_on_changes true'];
  return [
    // Started as root it would give up the right to its own test folder.
    'user root',
    'log_dest stderr',
    'log_type all',
    // Not 0 for "no limit": Mosquitto 2.0.21 then drops whoever publishes what the ACL forbids.
    'max_queued_messages 100000',
    // As in mosquitto/central.conf.
    'set_tcp_nodelay true',
    ...(options.persistence ? persistence : ['persistence false']),
    `listener ${port}`,
    ...anonymous,
    ...lines,
    '',
  ].join('\n');
}

/** Content of a Mosquitto `password_file`: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it. */
export function passwordFile(users: Readonly<Record<string, string>>): string {
  const lines = Object.entries(users).map(([user, password]) => {
    const salt = randomBytes(12);
    const hash = pbkdf2Sync(password, salt, 101, 64, 'sha512');
    return `${user}:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
  });
  return lines.join('');
}

/** A TCP port that nobody uses now, so that a broker can come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had');
  return address.port;
}

/** @throws when `condition` does not come true in `timeoutMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`still not after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
