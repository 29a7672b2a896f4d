import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { simulatedHouse } from './bridge.fixture.ts';

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
    expect(steps.map(({ asked }) => asked)).toEqual(['4', '5', '6', '7', '8', '9']);
    expect(steps[1].found).toMatchObject({ primary: 5, secondary: null, problem: expect.any(String) });
    expect(steps[5].found).toMatchObject({ primary: 9, secondary: '00001234A8150102', manufacturer: 'EMH' });
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

  it.each([
    ['5', 1, 'meter/collision'],
    ['all', 64, 'one meter'],
  ])('does not write to several meters at once (%s)', async (meter, code, problem) => {
    await using house = await simulatedHouse();
    const args = ['set-address', meter, '6', '--address', house.address, ...FAST, '--yes'];
    await using app = await startApp('mbus-gateway', args);
    expect(await app.exit).toBe(code);
    expect(app.stderr.join()).toContain(problem);
    expect(house.slaves.map(({ primary }) => primary)).toEqual([5, 5, 9]);
  });

  it('does not write without being told so', async () => {
    await using house = await simulatedHouse();
    await using app = await startApp('mbus-gateway', [
      'set-address',
      '5',
      '6',
      '--address',
      house.address,
      ...FAST,
    ]);
    expect(await app.exit).toBe(64);
    expect(app.stderr.join()).toContain('--yes');
    expect(house.slaves.map(({ primary }) => primary)).toEqual([5, 5, 9]);
  });
});

describe('set-baud', () => {
  it('switches a meter', async () => {
    await using house = await simulatedHouse();
    const args = ['set-baud', '9', '9600', '--address', house.address, ...FAST, '--yes'];
    await using app = await startApp('mbus-gateway', args);
    expect(await app.exit).toBe(0);
    expect(house.slaves.map(({ baudRate }) => baudRate)).toEqual([2400, 2400, 9600]);
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
});
