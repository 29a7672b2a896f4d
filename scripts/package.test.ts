import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
const folder = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The Node.js of this process comes first, as it is what runs an installed program. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
const run = (program: string, args: readonly string[], cwd = folder) =>
  promisify(execFile)(program, args, { cwd, env: { ...process.env, PATH }, timeout: 60_000 });
const feed = (program: string, args: readonly string[], input: string) =>
  spawnSync(program, args, { input, encoding: 'utf8', env: { PATH }, cwd: folder });

/** An app, something to decode, and what is in it. */
const APPS: readonly (readonly [string, readonly string[], string, object])[] = [
  [
    'dsmr-bridge',
    ['decode'],
    '/XYZ5\\2M\r\n\r\n1-0:1.7.0(00.196*kW)\r\n!\r\n',
    { objects: [{ obis: '1-0:1.7.0', value: 0.196, unit: 'kW' }] },
  ],
  [
    'hoymiles-bridge',
    ['decode', '--protocol', 'modbus'],
    '0007 0000 0003 65 83 02',
    { error: 'modbus_exception', code: 2, transaction: 7, unit: 101 },
  ],
  [
    'kamstrup-bridge',
    ['decode'],
    '403f10001b7f160411012af02463030d',
    { frames: [{ payload: '3f100080160411012af024', crc_ok: true }] },
  ],
  [
    'kpm33b-proxy',
    ['decode'],
    '{"topic":"MQTT_RT_DATA","payload":"{\\"id\\":\\"33B1225950027\\",\\"zyggl\\":\\"1.5\\",\\"time\\":\\"20250101120000\\",\\"isend\\":\\"1\\"}"}',
    { outputs: [{ topic: 'kpm33b/33B1225950027/seconds', payload: { active_power: 1.5 } }] },
  ],
  ['kpm33b-config-sender', ['schema'], '', { type: 'object' }],
  ['mbus-gateway', ['decode'], '10 5b 01 5c 16', { ok: true, frame: { c: 0x5b, a: 1 } }],
];

describe.each(APPS)('the package of %s', { timeout: 60_000 }, (app, args, input, wanted) => {
  const place = join(folder, app);
  const program = join(place, 'node_modules/.bin', app);

  it('is one file with its native binaries, and is installed without a network', async () => {
    const bundle = join(folder, `${app}-bundle`);
    await run(process.execPath, [join(ROOT, 'scripts/bundle.ts'), app, bundle]);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], bundle);
    const [{ filename, files }] = JSON.parse(stdout);
    const paths: readonly string[] = files.map(({ path }: { readonly path: string }) => path);
    expect(paths.filter((path) => path.endsWith('.js'))).toEqual(['main.js']);
    expect(paths.filter((path) => path.endsWith('.node')).map((path) => path.split('/')[1])).toEqual(
      expect.arrayContaining(['linux-x64', 'linux-arm64']),
    );
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'README.md']));
    await run('npm', ['install', '--offline', '--no-audit', '--prefix', place, join(folder, filename)]);
    expect((await run(program, ['--version'])).stdout).toContain(VERSION);
  });

  it('decodes', () => {
    expect(JSON.parse(feed(program, args, input).stdout)).toMatchObject(wanted);
  });
});

it('the native binaries of a package are found', () => {
  const config = join(folder, 'serial.yaml');
  writeFileSync(
    config,
    'mqtt: { url: mqtt://localhost }\nmeters: [{ id: heat, address: serial:///dev/no-such-port }]\n',
  );
  const program = join(folder, 'kamstrup-bridge/node_modules/.bin/kamstrup-bridge');
  expect(feed(program, ['read', '--timeout', '2', '--config', config], '').stderr).toContain(
    'link/not-found',
  );
});
