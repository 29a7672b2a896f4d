import { execFile, spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasContainerEngine, until } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const IMAGE = 'meterbridge-test/systemd';
const DOCKERFILE = `FROM node:24-trixie-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends dbus mosquitto mosquitto-clients openssl procps systemd
# As on a real machine: what systemd mounts is seen in the namespaces of its services.
ENTRYPOINT ["sh", "-c", "mount --make-rshared / && exec /lib/systemd/systemd"]
`;
const APPS = ['dsmr-bridge', 'mbus-gateway'];
const UNIT = 'meterbridge@dsmr-bridge';
const CONFIG = '/etc/meterbridge/dsmr-bridge.yaml';

const hasEngine = hasContainerEngine('installation under systemd');
const run = promisify(execFile);

/** A machine with systemd, and a copy of what install.sh needs at /meterbridge. */
describe.skipIf(!hasEngine)('on a machine with systemd', { timeout: 60_000 }, () => {
  let folder: string;
  let container: string;
  const sh = async (script: string): Promise<string> =>
    (await run('docker', ['exec', container, 'sh', '-ec', script], { timeout: 60_000 })).stdout;
  const property = async (name: string, unit = UNIT): Promise<string> =>
    (await sh(`systemctl show -P ${name} ${unit}`)).trim();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'install-'));
    await chmod(folder, 0o755);
    const build = spawnSync('docker', ['build', '-t', IMAGE, '-'], { input: DOCKERFILE, encoding: 'utf8' });
    expect(build.stderr).toContain('DONE');
    for (const part of ['deploy', 'mosquitto'])
      await cp(join(ROOT, part), join(folder, part), { recursive: true });
    for (const app of APPS)
      await run(process.execPath, [join(ROOT, 'scripts/bundle.ts'), app, join(folder, 'apps', app, 'dist')]);
    // systemd mounts, in a namespace of its own.
    const options = [
      '--cap-add',
      'SYS_ADMIN',
      '--tmpfs',
      '/run',
      '--tmpfs',
      '/tmp',
      '-e',
      'container=docker',
    ];
    const { stdout } = await run('docker', [
      'run',
      '-d',
      ...options,
      '-v',
      `${folder}:/meterbridge:ro`,
      IMAGE,
    ]);
    container = stdout.trim();
    const isRunning = () =>
      sh('systemctl is-system-running').then(
        () => true,
        () => false,
      );
    await until(isRunning, 'systemd runs', 60_000);
  }, 300_000);
  afterAll(async () => {
    await run('docker', ['rm', '--force', '--volumes', container]);
    await rm(folder, { recursive: true });
  });

  it('bridges are installed, with a sample configuration that only they can read', async () => {
    const said = await sh('/meterbridge/deploy/install.sh');
    for (const app of APPS) expect(said).toContain(`Set /etc/meterbridge/${app}.yaml`);
    expect(await sh(`stat -c '%A %U:%G' /etc/meterbridge ${CONFIG}`)).toBe(
      'drwxr-x--- root:meterbridge\n-rw-r----- root:meterbridge\n',
    );
    await sh(`/opt/meterbridge/bin/node /opt/meterbridge/dsmr-bridge/main.js check --config ${CONFIG}`);
  });

  it.each(['meterbridge@dsmr-bridge', 'meterbridge-central-broker', 'meterbridge-internal-broker'])(
    'the unit %s is valid, and exposed to 2.0 at most',
    async (unit) => {
      await sh('cp /meterbridge/deploy/systemd/*.service /etc/systemd/system/ && systemctl daemon-reload');
      const verified = await run('docker', [
        'exec',
        container,
        'systemd-analyze',
        'verify',
        '--man=no',
        `${unit}.service`,
      ]);
      expect(verified.stdout + verified.stderr).toBe('');
      const file = `/meterbridge/deploy/systemd/${unit.replace(/@.*/, '@')}.service`;
      expect(await sh(`systemd-analyze security --offline=true --threshold=20 ${file}`)).toContain(
        'Overall exposure',
      );
    },
  );

  it('both brokers run with their accounts and certificates, and complain of nothing', async () => {
    await sh(`
      install -D -m 644 -t /etc/meterbridge/central /meterbridge/mosquitto/central.conf
      install -D -m 644 -t /etc/meterbridge/internal /meterbridge/mosquitto/internal.conf
      /meterbridge/deploy/make-accounts.sh /etc/meterbridge/accounts
      BROKER_OWNER=mosquitto /meterbridge/deploy/make-certificates.sh /etc/meterbridge/certificates localhost
      systemctl disable --now mosquitto
      systemctl enable --now meterbridge-central-broker meterbridge-internal-broker`);
    for (const unit of ['meterbridge-central-broker', 'meterbridge-internal-broker']) {
      const hasOpened = async () => (await sh(`journalctl -u ${unit} -o cat`)).includes('listen socket');
      await until(hasOpened, `${unit} listens`);
      expect(await property('SubState', unit)).toBe('running');
      expect(await sh(`journalctl -u ${unit} -o cat`)).not.toMatch(/warning|error/i);
    }
  });

  it('a bridge reads its meter and publishes, encrypted and with its account, without any right that it can do without', async () => {
    await sh(`
      install -D -t /etc/systemd/system/meterbridge@.service.d /meterbridge/deploy/systemd/central-account.conf
      install -m 644 /etc/meterbridge/certificates/ca.pem /etc/meterbridge/ca.pem
      systemd-run --unit simulator /opt/meterbridge/bin/node /opt/meterbridge/dsmr-bridge/main.js simulate --listen tcp://127.0.0.1:2001
      cat >${CONFIG} <<END
mqtt: { url: mqtts://localhost:8883, tls: { ca_file: /etc/meterbridge/ca.pem } }
meters:
  - { id: main, address: tcp://127.0.0.1:2001 }
END
      systemctl daemon-reload
      systemctl enable --now ${UNIT}`);
    const reader = 'XDG_CONFIG_HOME=/etc/meterbridge/accounts/central mosquitto_sub';
    expect(JSON.parse(await sh(`${reader} -t meters/dsmr/main -C 1 -W 50`))).toHaveProperty(
      'meter.id',
      'main',
    );
    const info = JSON.parse(await sh(`${reader} -t meters/bridge/dsmr-bridge/info -C 1 -W 10`));
    expect(info.ip_address).toMatch(/^[\d.]+$/);
    const status = await sh(`cat /proc/${await property('MainPID')}/status`);
    expect(status).toMatch(/^Uid:\s+6\d{4}\s/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(await sh('stat -c %a /var/lib/private/meterbridge/dsmr-bridge/dsmr-bridge.db')).toBe('600\n');
  });

  it('a bridge that hangs is started again', async () => {
    const restarts = Number(await property('NRestarts'));
    const dropIn = `/run/systemd/system/${UNIT}.service.d`;
    await sh(`
      mkdir -p ${dropIn}
      printf '[Service]\\nWatchdogSec=2\\n' >${dropIn}/watchdog.conf
      systemctl daemon-reload
      systemctl restart ${UNIT}
      kill -STOP $(systemctl show -P MainPID ${UNIT})`);
    const isBack = async () =>
      Number(await property('NRestarts')) > restarts && (await property('SubState')) === 'running';
    await until(isBack, 'systemd has started it again', 30_000);
    await sh(`rm -r ${dropIn} && systemctl daemon-reload`);
  });

  it('an upgrade keeps the configuration and starts what runs again', async () => {
    const [pid, config] = [await property('MainPID'), await sh(`cat ${CONFIG}`)];
    expect(await sh('/meterbridge/deploy/install.sh')).toContain(`${UNIT} runs the new version`);
    expect(await property('SubState')).toBe('running');
    expect(await property('MainPID')).not.toBe(pid);
    expect(await sh(`cat ${CONFIG}`)).toBe(config);
  });

  it('a Node.js that services could not see is copied', async () => {
    await sh('install -D /usr/local/bin/node /root/node && NODE=/root/node /meterbridge/deploy/install.sh');
    expect(await sh('stat -c %F /opt/meterbridge/bin/node')).toBe('regular file\n');
    await sh('/meterbridge/deploy/install.sh');
    expect(await sh('readlink /opt/meterbridge/bin/node')).toBe('/usr/local/bin/node\n');
    expect(await property('SubState')).toBe('running');
  });

  it('a wrong configuration is told, and not tried again and again', async () => {
    await sh(`sed -i 's/tcp:/tpc:/' ${CONFIG}; systemctl restart ${UNIT} || true`);
    expect(await property('ExecMainStatus')).toBe('78');
    expect(await property('SubState')).toBe('failed');
    expect(await sh(`journalctl -u ${UNIT} -n 5 -o cat`)).toContain('config/invalid');
  });

  it('what is wrong with an installation is said', async () => {
    const failure = (command: string) =>
      sh(command).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await failure('/meterbridge/deploy/install.sh no-bridge')).toContain(
      'there is no app "no-bridge"',
    );
    expect(await failure('PATH=/usr/bin:/bin:/usr/sbin /meterbridge/deploy/install.sh')).toContain(
      'Node.js 24 or later was not found',
    );
    expect(await failure('setpriv --reuid 1000 /meterbridge/deploy/install.sh')).toContain('use sudo');
  });

  it('one bridge is removed, then all; configuration and data stay', async () => {
    const kept = await sh('find /etc/meterbridge /var/lib/private/meterbridge -type f | sort');
    await sh('/meterbridge/deploy/uninstall.sh mbus-gateway');
    expect(await sh('ls /opt/meterbridge')).toBe('bin\ndsmr-bridge\n');
    await sh('/meterbridge/deploy/uninstall.sh && /meterbridge/deploy/uninstall.sh');
    expect(await sh('ls /opt; systemctl list-units --all --no-legend "meterbridge@*"')).toBe('');
    expect(await sh('find /etc/meterbridge /var/lib/private/meterbridge -type f | sort')).toBe(kept);
  });
});
