import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type RunningApp, startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';

const CONFIG = {
  mqtt: { url: 'mqtt://user:canary-1@localhost', password: 'canary-2' },
  meters: [{ id: 'main', address: '/dev/ttyUSB0' }],
};

async function finished(
  app: RunningApp,
): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  const code = await app.exit;
  return { code, out: app.stdout.join('\n'), err: app.stderr.join('\n') };
}

describe('the command line of a bridge', () => {
  it('says that a configuration is valid', async () => {
    await using app = await startApp('dsmr-bridge', ['check'], { config: CONFIG });
    expect(await finished(app)).toMatchObject({ code: 0, out: expect.stringContaining('valid'), err: '' });
  });

  it.each([
    ['/nowhere.pem', 'cannot be read'],
    [import.meta.filename, 'is not in PEM format'],
  ])('says of a certificate in %s what is wrong: %s', async (ca_file, problem) => {
    const config = { ...CONFIG, mqtt: { url: 'mqtts://localhost', tls: { ca_file } } };
    await using app = await startApp('dsmr-bridge', ['check'], { config });
    const { code, err } = await finished(app);
    expect([code, err]).toEqual([78, expect.stringContaining('mqtt.tls.ca_file: ')]);
    expect(err).toContain(problem);
  });

  it('prints what is in effect, defaults included, secrets not', async () => {
    await using app = await startApp('dsmr-bridge', ['check', '--print'], { config: CONFIG });
    const { code, out } = await finished(app);
    expect(code).toBe(0);
    expect(out).toContain('base_topic: meters');
    expect(out).not.toMatch(/canary/);
  });

  it('runs from the environment alone', async () => {
    const env = {
      MQTT__URL: 'mqtt://localhost',
      METERS__0__ID: 'main',
      METERS__0__ADDRESS: 'tcp://127.0.0.1:9',
    };
    await using app = await startApp('dsmr-bridge', ['check'], { env });
    expect(await finished(app)).toMatchObject({ code: 0, out: 'environment: valid' });
  });

  it('prints a sample that is valid as it is', async () => {
    await using sample = await startApp('dsmr-bridge', ['sample-config']);
    const { out } = await finished(sample);
    const folder = await mkdtemp(join(tmpdir(), 'sample-'));
    await writeFile(join(folder, 'sample.yaml'), out);
    await using check = await startApp('dsmr-bridge', ['check', '--config', join(folder, 'sample.yaml')]);
    expect(await finished(check)).toMatchObject({ code: 0, err: '' });
    await rm(folder, { recursive: true });
  });

  it('prints a JSON Schema', async () => {
    await using app = await startApp('dsmr-bridge', ['schema']);
    const schema = JSON.parse((await finished(app)).out);
    expect(schema.properties.meters.items.properties.address).toBeDefined();
  });

  it('says what is wrong without a configuration, and how to get one', async () => {
    await using app = await startApp('dsmr-bridge', ['run']);
    expect(await finished(app)).toMatchObject({ code: 78, err: expect.stringContaining('sample-config') });
  });

  it('says that there is no such command, and which one was meant', async () => {
    await using app = await startApp('dsmr-bridge', ['chek']);
    const { code, err } = await finished(app);
    expect([code, err.split('\n')[0]]).toEqual([
      64,
      'there is no command chek; did you mean check? (usage/invalid)',
    ]);
  });

  it('says that a bridge that does not run is not healthy', async () => {
    await using app = await startApp('dsmr-bridge', ['--healthcheck'], {
      config: { ...CONFIG, http: { port: 9 } },
    });
    expect(await finished(app)).toMatchObject({ code: 1, out: expect.stringContaining('no answer') });
  });

  it('does not call a bridge unhealthy that cannot be asked', async () => {
    await using app = await startApp('dsmr-bridge', ['--healthcheck'], {
      config: { ...CONFIG, http: { enabled: false } },
    });
    expect(await finished(app)).toMatchObject({ code: 0, out: expect.stringContaining('http.enabled') });
  });

  it('helps, and calls that a success', async () => {
    await using app = await startApp('dsmr-bridge', ['--help']);
    expect(await finished(app)).toMatchObject({ code: 0, out: expect.stringContaining('decode') });
  });

  it('reads once and prints JSON with units', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    await using meter = await startApp('dsmr-bridge', ['simulate', '--listen', address, '--interval', '100']);
    await meter.line((line) => line === `P1 port on ${address}`);
    const config = { ...CONFIG, meters: [{ id: 'main', address }] };
    await using app = await startApp('dsmr-bridge', ['read'], { config });
    const { code, out } = await finished(app);
    const readings = out.split('\n').map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(readings.map(({ meter: { id } }) => id)).toEqual(['main', 'main_gas']);
    expect(readings[0].values.current_electricity_usage).toEqual({ value: expect.any(Number), unit: 'kW' });
  });

  it('offers no setting of a meter as an option that the program has already', async () => {
    await using app = await startApp('dsmr-bridge', ['read', '--help']);
    const { code, out } = await finished(app);
    expect([code, out]).toEqual([0, expect.stringContaining('--address <value>')]);
    expect(out).not.toContain('--version');
  });

  it('says so when there is nothing to read', async () => {
    const config = { ...CONFIG, meters: [{ id: 'main', address: 'tcp://127.0.0.1:9' }] };
    await using app = await startApp('dsmr-bridge', ['read', '--timeout', '1'], { config });
    expect(await finished(app)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('link/refused'),
    });
  });
});
