import { hexOf } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import { State } from '@meterbridge/core/store';
import { describe, expect, it } from 'vitest';
import { ACTION } from '../command.ts';
import { contextOf, dtuOf, entryOf, LOCAL, simulatedDtu } from '../dtu.fixture.ts';
import { STATUS_ASKED } from '../simulator/dtu-answers.ts';
import type { Fault } from '../simulator/faults.ts';
import { usualInverters } from '../simulator/plant.ts';

const TAKEN = 'running the DTU has taken it';
const LASTING = 'running this DTU has no temporary limits: the inverters keep this one for good';

/** A DTU that takes commands, and what is told of them. */
async function controlled(protocol: 'modbus' | 'protobuf', keys: object = {}, faults: readonly Fault[] = []) {
  const dtu = await simulatedDtu({ [protocol]: LOCAL, faults });
  const port = dtu.modbusPort ?? dtu.protobufPort;
  const entry = entryOf({ port, protocol, control: { enabled: true }, ...keys });
  const state = new State().space('test');
  const { context, abort } = contextOf(entry, state);
  let reader = dtuOf(context);
  let readings = await reader.read(context);
  /** What is told of a command, in order, and why it failed. */
  const send = async (id: string, key: string, text: string): Promise<readonly string[]> => {
    const { meter } = readings.find((reading) => reading.meter.id === id)!;
    const told: string[] = [];
    const tell = (to: string, detail = ''): number => told.push(`${to} ${detail}`.trim());
    try {
      await reader.command(context, { meter, key, text, tell });
    } catch (thrown) {
      told.push(thrown instanceof BridgeError ? `${thrown.code} ${thrown.message}` : String(thrown));
    }
    return told;
  };
  return {
    dtu,
    abort,
    send,
    read: () => reader.read(context),
    /** Another run of the bridge. */
    restart: async () => {
      await reader.close();
      reader = dtuOf(context);
      readings = await reader.read(context);
    },
    written: () => dtu.requests.filter(([code]) => code === 5).map((pdu) => hexOf(pdu)),
    async [Symbol.asyncDispose]() {
      await reader.close();
      await dtu[Symbol.asyncDispose]();
    },
  };
}

describe('limits over Modbus', () => {
  it('of all inverters are forgotten with their next start, and set as often as wanted', async () => {
    await using app = await controlled('modbus');
    expect(await app.send('roof', 'power_limit', '50')).toEqual(['accepted', TAKEN]);
    expect(await app.send('roof', 'power_limit', '60')).toEqual(['accepted', TAKEN]);
    expect(app.written()).toEqual(['05d0010032', '05d001003c']);
  });

  it('of all inverters are kept for good where there are no others, a minute apart', async () => {
    await using app = await controlled('modbus', {}, ['no-temporary']);
    expect(await app.send('roof', 'power_limit', '50')).toEqual(['accepted', LASTING, TAKEN]);
    expect((await app.send('roof', 'power_limit', '60')).join()).toMatch(/^control\/refused inverters wear/);
    expect(app.written()).toEqual(['05d0010032', '05c0010032']);
  });

  it('of all inverters are kept for good where that is wanted', async () => {
    await using app = await controlled('modbus', { control: { enabled: true, temporary: false } });
    expect(await app.send('roof', 'power_limit', '50')).toEqual(['accepted', TAKEN]);
    expect(app.written()).toEqual(['05c0010032']);
  });

  it('of one inverter are written for each port, read back, and kept a minute apart over a restart', async () => {
    await using app = await controlled('modbus', { rated_power: { '116100000002': 1500 } });
    const id = 'roof_116100000002';
    expect(await app.send(id, 'power_limit_watts', '750')).toEqual(['accepted', TAKEN]);
    expect([...app.dtu.plant.limits]).toEqual([['116100000002', 50]]);
    // Its four ports are the last of eight.
    expect(app.written()).toEqual(['05c01f0032', '05c0250032', '05c02b0032', '05c0310032']);
    expect(app.dtu.requests.map((pdu) => hexOf(pdu))).toContain('01c01f0001');
    await app.restart();
    expect((await app.send(id, 'power_limit', '60')).join()).toMatch(/^control\/refused inverters wear/);
    expect(await app.send(id, 'power_limit', '50')).toEqual([]);
    expect(app.written()).toHaveLength(4);
  });
});

describe('what is offered', () => {
  it.each([
    ['1041', 10, 30],
    ['1161', 2, 6],
  ])('of inverters of the %s series is from %i percent, %i W on', async (series, percent, watts) => {
    const inverters = usualInverters(1, series);
    const serial = inverters[0]!.serial;
    await using dtu = await simulatedDtu({ modbus: LOCAL, inverters });
    const keys = { port: dtu.modbusPort, protocol: 'modbus', rated_power: { [serial]: 300 } };
    const { context } = contextOf(entryOf({ ...keys, control: { enabled: true } }));
    for (const { meter } of await dtuOf(context).read(context)) {
      const least = meter.controls?.flatMap((control) => (control.kind === 'number' ? control.min : []));
      expect(least).toEqual([percent, watts]);
    }
  });
});

describe.each(['modbus', 'protobuf'] as const)('inverters that are switched over %s', (protocol) => {
  it('are reported done when they show it, and readings go on meanwhile', async () => {
    await using app = await controlled(protocol);
    for (const text of ['OFF', 'ON']) {
      const told = app.send('roof_116100000001', 'power', text);
      await expect.poll(() => [...app.dtu.plant.off].length).toBe(text === 'OFF' ? 1 : 0);
      await app.read();
      expect(await told).toEqual(['accepted', TAKEN]);
    }
  });

  it('are the ones that were meant, though their DTU lists a port twice', async () => {
    await using app = await controlled(protocol, {}, ['twins']);
    const told = app.send('roof_116100000002', 'power', 'OFF');
    await expect.poll(() => [...app.dtu.plant.off]).toEqual(['116100000002']);
    await app.read();
    expect(await told).toEqual(['accepted', TAKEN]);
  });

  it('are not reported done before', async () => {
    await using app = await controlled(protocol);
    for (const { serial } of app.dtu.plant.inverters) app.dtu.plant.offline.add(serial);
    const told = app.send('roof', 'power', 'OFF');
    await expect.poll(() => [...app.dtu.plant.off].length).toBe(2);
    await app.read();
    app.abort.abort();
    // The bridge stops while it waits.
    expect(await told).toHaveLength(3);
  });
});

describe('limits over protobuf', () => {
  it('are done when the inverters have done it', async () => {
    await using app = await controlled('protobuf', {}, ['slow-commands']);
    expect(await app.send('roof', 'power_limit', '50.5')).toEqual(['accepted', 'running']);
    expect([...app.dtu.plant.limits.values()]).toEqual([50.5, 50.5]);
  });

  it('are sent once, though the connection is lost while inverters do it', async () => {
    await using app = await controlled('protobuf', {}, ['slow-commands']);
    const told = app.send('roof', 'power_limit', '50');
    await expect.poll(() => app.dtu.actions.at(-1)).toBe(STATUS_ASKED);
    await app.dtu.restart(null);
    expect(await told).toEqual(['accepted', 'running']);
    expect(app.dtu.actions.filter((action) => action === ACTION.limit)).toHaveLength(1);
  });

  it('are sent again over a connection that was dead before', async () => {
    await using app = await controlled('protobuf');
    await app.dtu.restart(null);
    expect(await app.send('roof', 'power_limit', '50')).toEqual(['accepted', 'running']);
    expect(app.dtu.actions.filter((action) => action === ACTION.limit)).toHaveLength(1);
  });
});

describe('restarts over protobuf', () => {
  it('are done when the DTU has taken them', async () => {
    await using app = await controlled('protobuf');
    expect(await app.send('roof_116100000001', 'restart', 'PRESS')).toEqual(['accepted', TAKEN]);
    expect(await app.send('roof', 'restart_dtu', 'PRESS')).toEqual(['accepted', TAKEN]);
    expect(app.dtu.actions.slice(-2)).toEqual([3, 1]);
  });
});
