import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startApp, until } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { hasSocat } from './head.fixture.ts';

const config = (address: string) => ({
  mqtt: { url: 'mqtt://localhost:1' },
  http: { enabled: false },
  store: { enabled: false },
  meters: [{ id: 'heat', address, model: '602', line: '115200 8N2', interval: '1s' }],
});

async function readOnce(address: string) {
  await using app = await startApp('kamstrup-bridge', ['read'], { config: config(address) });
  expect(await app.exit).toBe(0);
  return JSON.parse(app.stdout[0]!);
}

describe('kamstrup-bridge simulate', () => {
  it('is a meter in the network that read reads', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    const args = ['simulate', '--listen', address, '--model', '602', '--serial', '6892850', '--echo'];
    await using meter = await startApp('kamstrup-bridge', args);
    await meter.line((line) => line.includes(address));
    const { meter: who, values } = await readOnce(address);
    expect(who).toMatchObject({ type: 'multical', model: 'MULTICAL 602', serial_number: '6892850' });
    expect(values.energy).toEqual({ value: 84.817, unit: 'MWh' });
  });

  it.skipIf(!hasSocat)('is a meter on a pseudo terminal, at the speed of a real one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kamstrup-'));
    try {
      const pty = join(folder, 'tty');
      await using meter = await startApp('kamstrup-bridge', ['simulate', '--pty', pty, '--realtime']);
      await meter.line((line) => line.includes(pty));
      expect((await readOnce(`serial://${pty}`)).values.volume).toEqual({ value: 520.41, unit: 'm³' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that is asleep is silent until its button is pressed', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    await using meter = await startApp('kamstrup-bridge', ['simulate', '--listen', address, '--asleep']);
    await meter.line((line) => line.includes(address));
    const args = ['read', '--timeout', '40'];
    await using app = await startApp('kamstrup-bridge', args, { config: config(address) });
    await until(() => app.stderr.some((line) => line.includes('meter/no-answer')), 'it is silent', 20_000);
    expect(app.stdout).toEqual([]);
    meter.process.kill('SIGUSR2');
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.stdout[0]!).values.volume.value).toBe(520.41);
  }, 60_000);

  it.each([
    [['simulate']],
    [['simulate', '--listen', '/dev/ttyUSB0']],
    [['simulate', '--listen', 'tcp://127.0.0.1:1', '--fault', 'fire']],
    [['simulate', '--listen', 'tcp://127.0.0.1:1', '--serial', 'x']],
    [['read', '--log', 'first']],
  ])('%j is refused with 64', async (args) => {
    const config = { mqtt: { url: 'mqtt://localhost' }, meters: [{ id: 'heat', address: '/dev/ttyUSB0' }] };
    await using app = await startApp('kamstrup-bridge', args, { config });
    expect(await app.exit).toBe(64);
  });
});

describe('the configuration of kamstrup-bridge', () => {
  it.each([
    [{ parameters: ['energy', 'enrgy'] }, /parameters\[1\].*did you mean "energy"/],
    [{ model: '404' }, /model/],
    [{ line: '1200' }, /line.*1200 8N2/],
    [{ parameter: ['energy'] }, /did you mean.*parameters|parameters/],
  ])('with %j is refused with what would be right', async (keys, message) => {
    const wrong = { ...config('/dev/ttyUSB0'), meters: [{ id: 'heat', address: '/dev/ttyUSB0', ...keys }] };
    await using app = await startApp('kamstrup-bridge', ['check'], { config: wrong });
    expect(await app.exit).toBe(78);
    expect(app.stderr.join('\n')).toMatch(message);
  });
});
