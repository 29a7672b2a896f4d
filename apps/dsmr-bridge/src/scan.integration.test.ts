import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@meterbridge/core/config';
import { errorCodes } from '@meterbridge/core/errors';
import { startApp } from '@meterbridge/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { hasSocat, tcpMeter, telegram, withParity } from './bridge.fixture.ts';
import { config } from './config.ts';
import { keysOf } from './encryption.ts';
import { sealTelegram } from './simulator/seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is printed, as the meters of a configuration. */
function metersOf(stdout: readonly string[]) {
  const file = join(folder, 'found.yaml');
  writeFileSync(file, ['mqtt: { url: mqtt://localhost }', ...stdout, ''].join('\n'));
  return loadConfig(config, { file, env: {} }).config.meters;
}

const KEY = '0123456789ABCDEF0123456789ABCDEF';

/** What is printed of a meter that encrypts. */
async function scanEncrypted(...options: readonly string[]): Promise<readonly string[]> {
  await using meter = await tcpMeter();
  await using app = await startApp('dsmr-bridge', ['scan', `tcp://127.0.0.1:${meter.tcpPort}`, ...options]);
  await meter.connected();
  meter.send(sealTelegram(telegram('00.100'), keysOf(KEY, undefined), 1));
  expect(await app.exit).toBe(0);
  expect(app.stderr.join('\n')).not.toContain(KEY);
  return app.stdout;
}

describe('scan', () => {
  it('prints a configuration with what is behind a serial server', async () => {
    await using meter = await tcpMeter();
    const address = `tcp://127.0.0.1:${meter.tcpPort}`;
    await using app = await startApp('dsmr-bridge', ['scan', address]);
    await meter.connected();
    meter.send(telegram('00.100'));
    expect(await app.exit).toBe(0);
    expect(metersOf(app.stdout)).toMatchObject([
      { id: 'dsmr_154220', address: { kind: 'tcp', host: '127.0.0.1', tcpPort: meter.tcpPort } },
    ]);
    const printed = app.stdout.join('\n');
    expect(printed).toContain('ISK5\\2M550T-1012, P1 5.0, serial number E0049007642154220');
    expect(printed).toContain('channel 1: gas meter, serial number G00390017441420');
  });

  it('prints that the eighth bit of what a serial server sends is parity', async () => {
    await using meter = await tcpMeter();
    await using app = await startApp('dsmr-bridge', ['scan', `tcp://127.0.0.1:${meter.tcpPort}`]);
    await meter.connected();
    meter.send(withParity(telegram('00.100')));
    expect(await app.exit).toBe(0);
    expect(metersOf(app.stdout)).toMatchObject([{ line: { dataBits: 7, parity: 'even' } }]);
  });

  it.skipIf(!hasSocat)('prints the settings of a serial line', async () => {
    const path = join(folder, 'p1');
    await using meter = await startApp('dsmr-bridge', ['simulate', '--pty', path, '--interval', '200']);
    await meter.line((line) => line.includes(path));
    await using app = await startApp('dsmr-bridge', ['scan', `serial://${path}`]);
    expect(await app.exit).toBe(0);
    expect(metersOf(app.stdout)).toMatchObject([
      { address: { path }, line: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } },
    ]);
  });

  it('prints a configuration that reads a meter that encrypts, with the key or its file', async () => {
    const keyFile = join(folder, 'p1.key');
    writeFileSync(keyFile, `${KEY}\n`);
    expect(metersOf(await scanEncrypted('--key', KEY))).toMatchObject([{ id: 'dsmr_154220', key: KEY }]);
    const fromFile = await scanEncrypted('--key-file', keyFile);
    expect(metersOf(fromFile)).toMatchObject([{ id: 'dsmr_154220', key: KEY }]);
    expect(fromFile.join('\n')).not.toContain(KEY);
  });

  it('says which of the keys does not fit', async () => {
    const wrongTag = await scanEncrypted('--key', KEY, '--auth-key', KEY);
    expect(metersOf(wrongTag)).toMatchObject([{ key: KEY, auth_key: KEY }]);
    expect(wrongTag.join('\n')).toContain('auth_key of its own');
    const unread = await scanEncrypted('--key', `F${KEY.slice(1)}`);
    expect(unread.join('\n')).toContain(`key: "" # ${errorCodes['frame/decryption'].hint}`);
  });

  it('gives a name of its own to each meter that it cannot read', async () => {
    await using one = await tcpMeter();
    await using other = await tcpMeter();
    const addresses = [one, other].map(({ tcpPort }) => `tcp://127.0.0.1:${tcpPort}`);
    await using app = await startApp('dsmr-bridge', ['scan', ...addresses]);
    for (const meter of [one, other]) {
      await meter.connected();
      meter.send(sealTelegram(telegram('00.100'), keysOf('0'.repeat(32), undefined), 1));
    }
    expect(await app.exit).toBe(0);
    expect(app.stdout.filter((line) => line.includes('id:'))).toEqual([
      '  - id: dsmr_main',
      '  - id: dsmr_main_2',
    ]);
  });

  it('refuses a file that holds no key, without showing what it holds', async () => {
    const file = join(folder, 'no.key');
    writeFileSync(file, 'C0FFEE');
    for (const path of [file, join(folder, 'nowhere')]) {
      await using app = await startApp('dsmr-bridge', ['scan', 'tcp://127.0.0.1:1', '--key-file', path]);
      expect(await app.exit).toBe(64);
      expect(app.stderr.join('\n')).toContain('--key-file');
      expect(app.stderr.join('\n')).not.toContain('C0FFEE');
    }
  });

  it('refuses an authentication key without the key that it belongs to', async () => {
    await using app = await startApp('dsmr-bridge', ['scan', 'tcp://127.0.0.1:1', '--auth-key', KEY]);
    expect(await app.exit).toBe(64);
    expect(app.stderr.join('\n')).toContain('--auth-key opens nothing without --key');
  });

  it('says what is wrong with each port that it cannot use', async () => {
    await using app = await startApp('dsmr-bridge', ['scan', '/dev/ttyNOWHERE', 'tcp://127.0.0.1:1']);
    expect(await app.exit).toBe(1);
    const said = app.stderr.join('\n');
    expect(said).toContain('link/not-found');
    expect(said).toContain('link/refused');
    expect(app.stdout).toEqual([]);
  });

  it('refuses what is no address', async () => {
    await using app = await startApp('dsmr-bridge', ['scan', 'udp://x']);
    expect(await app.exit).toBe(64);
  });
});
