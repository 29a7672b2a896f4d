import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { HOUSE, simulatedHouse, simulatedLine } from './bridge.fixture.ts';
import type { Slave } from './simulator/slave.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const FAST = ['--latency', '50', '--timeout', '50'];

describe('scan', () => {
  it('finds meters with the same primary address, and ends with their configuration', async () => {
    await using house = await simulatedHouse({ echo: true });
    await using app = await startApp('mbus-gateway', ['scan', '--address', house.address, ...FAST]);
    expect(await app.exit).toBe(0);
    expect(app.stdout).toEqual([
      'meters:',
      `  - { id: mbus_00001234, address: ${house.address}, meter: "00001234A8150102" }  # EMH electricity`,
      `  - { id: mbus_11112222, address: ${house.address}, meter: "111122222D2C0104" }  # KAM heat outlet`,
      `  - { id: mbus_11512223, address: ${house.address}, meter: "115122232D2C0107" }  # KAM water`,
    ]);
    expect(app.stderr.at(-1)).toBe('3 meters found');
  });

  it('asks a range of primary addresses, and sees where several meters are', async () => {
    await using house = await simulatedHouse();
    const args = ['scan', '--address', house.address, '--primary', '4-9', '--json', ...FAST];
    await using app = await startApp('mbus-gateway', args);
    expect(await app.exit).toBe(0);
    const steps = app.stdout.map((line) => JSON.parse(line));
    expect(steps.pop()).toEqual({
      config: { meters: [{ id: 'mbus_00001234', address: house.address, meter: 9 }] },
    });
    expect(steps.map(({ asked }) => asked)).toEqual(['4', '5', '6', '7', '8', '9']);
    expect(steps[1].found).toMatchObject({ primary: 5, secondary: null, problem: expect.any(String) });
    expect(steps[5].found).toMatchObject({ primary: 9, secondary: '00001234A8150102', manufacturer: 'EMH' });
  });

  it('tells what it has found so far when it is interrupted', async () => {
    await using house = await simulatedHouse();
    const slow = ['--latency', '200', '--timeout', '200'];
    await using app = await startApp('mbus-gateway', ['scan', '--address', house.address, ...slow]);
    await expect.poll(() => app.stderr.join(), { timeout: 20_000 }).toContain('00001234A8150102');
    app.process.kill('SIGINT');
    expect(await app.exit).toBe(1);
    expect(app.stderr.at(-1)).toBe('1 meter found');
    expect(app.stdout[0]).toBe('meters:');
    expect(app.stdout).toHaveLength(2);
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;
if (!hasScript && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no script (of util-linux)');
if (!hasScript) console.warn('Skipping the test of scan on a terminal: there is no script (of util-linux)');

describe.skipIf(!hasScript)('scan on a terminal', () => {
  it('has a bar that grows, vanishes in the end, and leaves what was found', async () => {
    await using house = await simulatedHouse();
    const command = [process.execPath, MAIN, 'scan', '--address', house.address, ...FAST].join(' ');
    const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null']);
    const bars = Array.from(
      stdout.matchAll(/([█░]{30}) +(\d+\.\d) % ([0-9A-F]{16})/g),
      ([, bar, percent]) => ({
        full: bar!.split('█').length - 1,
        percent: Number(percent),
      }),
    );
    expect(bars.length).toBeGreaterThan(20);
    expect(bars).toEqual(bars.toSorted((one, other) => one.percent - other.percent));
    for (const { full, percent } of bars) expect(full).toBe(Math.round(0.3 * percent));
    // What is on the screen in the end: each line as it was after it was erased last.
    const screen = stdout.split('\r\n').map((line) => line.split('\r\x1b[K').at(-1));
    expect(screen.slice(0, 5)).toEqual([
      '00001234A8150102 · EMH · electricity',
      '111122222D2C0104 · KAM · heat outlet',
      '115122232D2C0107 · KAM · water',
      '3 meters found',
      'meters:',
    ]);
  });
});

describe('set-address', () => {
  it('gives a meter a new primary address, but not that of another', async () => {
    await using house = await simulatedHouse();
    const set = (to: string) => [
      'set-address',
      '115122232D2C0107',
      to,
      '--address',
      house.address,
      ...FAST,
      '--yes',
    ];
    await using taken = await startApp('mbus-gateway', set('9'));
    expect(await taken.exit).toBe(1);
    expect(taken.stderr.join()).toContain('meter/collision');
    await using done = await startApp('mbus-gateway', set('6'));
    expect(await done.exit).toBe(0);
    expect(house.slaves.map(({ primary }) => primary)).toEqual([5, 6, 9]);
  });

  it('gives a new meter that is alone on its line its first one', async () => {
    await using house = await simulatedLine(HOUSE.meters.slice(2));
    const args = ['set-address', '254', '17', '--address', house.address, ...FAST, '--yes'];
    await using app = await startApp('mbus-gateway', args);
    expect(await app.exit).toBe(0);
    expect(house.slaves.map(({ primary }) => primary)).toEqual([17]);
  });

  it.each([
    ['5', 1, 'meter/collision'],
    ['all', 64, 'one meter'],
    ['254', 1, 'meter/collision'],
  ])('does not write to several meters at once (%s)', async (meter, code, problem) => {
    await using house = await simulatedHouse();
    const args = ['set-address', meter, '6', '--address', house.address, ...FAST, '--yes'];
    await using app = await startApp('mbus-gateway', args);
    expect(await app.exit).toBe(code);
    expect(app.stderr.join()).toContain(problem);
    expect(house.slaves.map(({ primary }) => primary)).toEqual([5, 5, 9]);
  });
});

describe('what writes to a meter', () => {
  const changes = (house: { readonly slaves: readonly Slave[] }) =>
    house.slaves.map(({ primary, baudRate }) => [primary, baudRate]);

  const commands = [
    { command: 'set-address', what: ['9', '6'], question: 'gets the primary address 6', after: [6, 2400] },
    { command: 'set-baud', what: ['9', '9600'], question: 'is switched to 9600 baud', after: [9, 9600] },
  ];
  const answers = [
    { says: 'no', input: 'no\n', code: 1, told: 'Nothing was changed.' },
    { says: 'only Enter', input: '\n', code: 1, told: 'Nothing was changed.' },
    { says: 'nothing', input: '', code: 64, told: '--yes' },
    { says: 'yes', input: 'yes\n', code: 0, told: '' },
  ];
  const cases = commands.flatMap((command) => answers.map((answer) => ({ ...command, ...answer })));

  it.each(cases)('asks before $command, who says $says', async (one) => {
    await using house = await simulatedHouse();
    const args = [one.command, ...one.what, '--address', house.address, ...FAST];
    await using app = await startApp('mbus-gateway', args, { input: one.input });
    expect(await app.exit).toBe(one.code);
    const changed = one.code === 0 ? one.after : [9, 2400];
    expect(changes(house)).toEqual([[5, 2400], [5, 2400], changed]);
    expect(app.stderr.join('\n')).toContain(`${one.question}. Go on? [y/N]`);
    expect(app.stderr.join('\n')).toContain(one.told);
  });

  it.each(commands)('does not ask before $command if it is told so', async ({ command, what, after }) => {
    await using house = await simulatedHouse();
    const args = [command, ...what, '--address', house.address, ...FAST, '--yes'];
    await using app = await startApp('mbus-gateway', args, { input: 'no\n' });
    expect(await app.exit).toBe(0);
    expect(app.stderr.join('\n')).not.toContain('Go on?');
    expect(changes(house).at(-1)).toEqual(after);
  });
});

describe('read', () => {
  it('prints one reading of each meter', async () => {
    await using house = await simulatedHouse({ faults: ['noise'] });
    const config = {
      mqtt: { url: 'mqtt://127.0.0.1:1' },
      meters: [
        { id: 'power', address: house.address, meter: 9, tcp_latency: '50ms', answer_timeout: '100ms' },
      ],
    };
    await using app = await startApp('mbus-gateway', ['read'], { config });
    expect(await app.exit).toBe(0);
    expect(app.stdout.join()).toContain('"energy_import":{"value":987.654,"unit":"kWh"}');
  });

  it('needs no configuration for one meter', async () => {
    await using house = await simulatedHouse();
    const line = ['read', '--address', house.address, '--tcp-latency', '50ms', '--answer-timeout', '100ms'];
    await using app = await startApp('mbus-gateway', [...line, '--meter', '00001234', '--limits']);
    expect(await app.exit).toBe(0);
    expect(app.stdout).toHaveLength(1);
    expect(app.stdout.join()).toContain('"voltage_phase_l1":{"value":230.1,"unit":"V"}');
    await using wrong = await startApp('mbus-gateway', [...line, '--meter', '251', '--baud', '2401']);
    expect(await wrong.exit).toBe(64);
    expect(wrong.stderr.join('\n')).toContain('--baud: must be one of 300');
    expect(wrong.stderr.join('\n')).toContain('--meter: must be a primary address');
  });

  it('reads all meters of a line, and then ends', async () => {
    await using house = await simulatedHouse();
    const line = ['read', '--address', house.address, '--tcp-latency', '50ms', '--answer-timeout', '50ms'];
    await using app = await startApp('mbus-gateway', [...line, '--meter', 'all', '--timeout', '600']);
    expect(await app.exit).toBe(0);
    const ids = app.stdout.map((json) => JSON.parse(json).meter.id).toSorted();
    expect(ids).toEqual([
      'meter',
      'meter_00001234A8150102',
      'meter_111122222D2C0104',
      'meter_115122232D2C0107',
    ]);
  });

  it('says when its time was too short for the search', async () => {
    await using house = await simulatedHouse({ realTimeBaud: 300 });
    const line = ['read', '--address', house.address, '--baud', '300', '--meter', 'all'];
    await using app = await startApp('mbus-gateway', [...line, '--timeout', '2']);
    expect(await app.exit).toBe(1);
    expect(app.stderr.join('\n')).toContain('the search was not over within 2 s');
  });
});
