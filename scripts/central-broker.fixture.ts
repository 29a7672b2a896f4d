import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, hasContainerEngine, until } from '@meterbridge/testing';

const ROOT = join(import.meta.dirname, '..');
const IMAGE = 'eclipse-mosquitto:2';

export const hasEngine = hasContainerEngine('the central broker', IMAGE);

const run = promisify(execFile);
const runDocker = (args: readonly string[]) => run('docker', args, { timeout: 60_000 });
export const docker = async (...args: readonly string[]): Promise<string> => (await runDocker(args)).stdout;

/** The central broker as it is shipped: its own files, accounts and certificates of the scripts. */
export interface CentralBroker extends AsyncDisposable {
  readonly host: 'localhost';
  readonly port: number;
  readonly tlsPort: number;
  /** Certificate authority of its certificate. */
  readonly caFile: string;
  readonly container: string;
  log(): Promise<string>;
  /** What make-accounts.sh made of an ACL file. */
  rights(broker: 'central' | 'internal'): Promise<string>;
  /** File with the password of an account. */
  passwordFile(account: string): string;
  password(account: string): Promise<string>;
  /** Runs make-accounts.sh again, and has the broker read its files. */
  makeAccounts(...args: readonly string[]): Promise<string>;
  makeCertificates(...hosts: readonly string[]): Promise<void>;
}

export async function startCentralBroker(): Promise<CentralBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'central-broker-'));
  const [accounts, certificates] = [join(folder, 'accounts'), join(folder, 'certificates')];
  const scripts = ['-v', `${ROOT}:/meterbridge:ro`];
  const makeAccounts = (...args: readonly string[]): Promise<string> => {
    const owner = ['-e', `APP_OWNER=${process.getuid?.() ?? ''}`];
    const script = ['sh', '/meterbridge/deploy/make-accounts.sh', '/accounts', ...args];
    return docker('run', '--rm', ...scripts, ...owner, '-v', `${accounts}:/accounts`, IMAGE, ...script);
  };
  const makeCertificates = async (...hosts: readonly string[]): Promise<void> => {
    await run('sh', [join(ROOT, 'deploy/make-certificates.sh'), certificates, ...hosts]);
    const chown = ['chown', '-R', '1883', '/certificates/broker'];
    await docker('run', '--rm', '-v', `${certificates}:/certificates`, IMAGE, ...chown);
  };
  await makeAccounts();
  await makeCertificates('localhost', '127.0.0.1');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const container = (
    await docker(
      ...['run', '-d', '--user', '1883:1883', '--read-only', '--cap-drop', 'ALL'],
      ...['-p', `127.0.0.1:${port}:1883`, '-p', `127.0.0.1:${tlsPort}:8883`],
      ...['-v', `${ROOT}/mosquitto/central.conf:/mosquitto/config/mosquitto.conf:ro`],
      ...['-v', `${accounts}/central:/mosquitto/accounts:ro`],
      ...['-v', `${certificates}/broker:/mosquitto/tls:ro`],
      ...['-e', 'XDG_CONFIG_HOME=/mosquitto/accounts', IMAGE],
    )
  ).trim();
  const reloads = async (): Promise<number> =>
    (await docker('logs', container)).split('Reloading config').length;
  const reload = async (): Promise<void> => {
    const before = await reloads();
    await docker('kill', '--signal', 'HUP', container);
    await until(async () => (await reloads()) > before, 'the broker reads its files', 20_000);
  };
  const log = async (): Promise<string> => {
    const { stdout, stderr } = await runDocker(['logs', container]);
    return stdout + stderr;
  };
  const passwordFile = (account: string): string => join(accounts, account, 'central');
  await until(async () => (await docker('logs', container)).includes(' running'), 'the broker runs', 20_000);
  return {
    host: 'localhost',
    port,
    tlsPort,
    caFile: join(certificates, 'ca.pem'),
    container,
    log,
    rights: (name) =>
      docker('run', '--rm', '-v', `${accounts}:/accounts:ro`, IMAGE, 'cat', `/accounts/${name}/acl`),
    passwordFile,
    password: async (account) => (await readFile(passwordFile(account), 'utf8')).trim(),
    makeAccounts: async (...args) => {
      const said = await makeAccounts(...args);
      await reload();
      return said;
    },
    makeCertificates: async (...hosts) => {
      await makeCertificates(...hosts);
      await reload();
    },
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', '--volumes', container);
      // What the broker owns, only the engine may remove.
      await docker('run', '--rm', '-v', `${folder}:/folder`, IMAGE, 'sh', '-c', 'rm -rf /folder/*');
      await rm(folder, { recursive: true });
    },
  };
}
