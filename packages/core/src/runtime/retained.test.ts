import { describe, expect, it } from 'vitest';
import { house } from '../model/house.fixture.ts';
import type { Measurement, Meter } from '../model/index.ts';
import { State } from '../store/state.ts';
import { Retained } from './retained.ts';

const gas: Meter = { ...house, id: 'main_gas', uniqueId: 'G1', via: house };
const power: Measurement = { key: 'power', name: 'Power', unit: 'W' };
const energy: Measurement = { key: 'energy', name: 'Energy', unit: 'kWh' };

interface Setting {
  readonly base?: string;
  readonly excluded?: string;
  readonly space?: ReturnType<State['space']>;
}

function retainedOf({ base = 'meters', excluded, space = new State().space('retained') }: Setting = {}) {
  const stale: string[] = [];
  const wanted = new Set<string>();
  const retained = new Retained({
    space,
    topicsOf: ({ meter: { id, uniqueId }, measurements }) => ({
      reading: `${base}/${id}`,
      others: [`ha/${uniqueId}`, ...Array.from(measurements.keys(), (key) => `${base}/${id}/${key}`)],
    }),
    ownKeyOf: (_, key) => key,
    keyOf: (_, own) => (own === excluded ? null : own),
    onStale: (topic) => stale.push(topic),
    onStaleReading: (topic) => stale.push(`reading ${topic}`),
    onWanted: (topic) => wanted.add(topic),
  });
  const received = (meter: Meter, ...measurements: readonly Measurement[]) =>
    retained.received(
      { meter, values: measurements.map((measurement) => ({ measurement, value: null })) },
      300,
      'main',
    );
  return { retained, received, space, stale, wanted };
}

/** A run that heard of both meters. */
function earlierRun() {
  const { received, space } = retainedOf();
  received(house, power, energy);
  received(gas, energy);
  return space;
}

const restarted = (setting: Omit<Setting, 'space'> = {}, owners = ['main']) => {
  const run = retainedOf({ ...setting, space: earlierRun() });
  run.retained.load();
  const settled = run.retained.settle(new Set(owners));
  return { ...run, settled };
};

describe('what the broker keeps', () => {
  it('stays after a restart, though the meters are silent', () => {
    const { settled, stale } = restarted();
    expect(stale).toEqual([]);
    expect(settled.map(({ after, withdrawn }) => [after?.meter.id, withdrawn])).toEqual([
      ['main', []],
      ['main_gas', []],
    ]);
    expect(settled[0]!.after!.measurements.get('power')).toEqual(power);
    expect(settled[1]!.after!.meter.via?.uniqueId).toBe('E1');
  });

  it('goes with a meter that is not in the configuration any more, and with those behind it', () => {
    const { settled, stale, space } = restarted({}, ['other']);
    expect(settled.map(({ before, after }) => [before.meter.id, after])).toEqual([
      ['main', null],
      ['main_gas', null],
    ]);
    expect(stale.toSorted()).toEqual(
      [
        'ha/E1',
        'ha/G1',
        'meters/main/energy',
        'meters/main/power',
        'meters/main_gas/energy',
        'reading meters/main',
        'reading meters/main_gas',
      ].toSorted(),
    );
    expect(space.keys()).toEqual([]);
  });

  it('goes with a parameter that the configuration leaves out', () => {
    const { settled, stale, space } = restarted({ excluded: 'power' });
    expect(settled[0]!.withdrawn).toEqual(['power']);
    expect(stale).toEqual(['meters/main/power']);
    const next = retainedOf({ space });
    next.retained.load();
    expect(next.retained.settle(new Set(['main']))[0]!.after!.measurements.has('power')).toBe(false);
  });

  it('goes from old topics when there are others', () => {
    const { stale, wanted } = restarted({ base: 'house' });
    expect(stale.toSorted()).toEqual([
      'meters/main/energy',
      'meters/main/power',
      'meters/main_gas/energy',
      'reading meters/main',
      'reading meters/main_gas',
    ]);
    expect(wanted).toContain('house/main/power');
  });

  it('goes with a meter that was exchanged while nobody looked, but for the topics of the new one', () => {
    const { received, stale } = restarted();
    const other = { ...house, uniqueId: 'E2' };
    expect(received(other, energy).replaced.map(({ uniqueId }) => uniqueId)).toEqual(['E1']);
    expect(stale).toEqual(['ha/E1', 'meters/main/power']);
    expect(received(house, energy)).toMatchObject({ news: { meter: house }, replaced: [] });
    expect(received(other, energy)).toEqual({ news: null, replaced: [] });
  });

  it('is all that a meter ever told, also what is missing this time', () => {
    const { received } = retainedOf();
    received(house, power);
    expect([...received(house, energy).news!.measurements.keys()]).toEqual(['power', 'energy']);
    expect(received(house, power).news).toBeNull();
  });

  it('is written only when something is new', () => {
    const { received, space } = retainedOf();
    received(house, power);
    space.delete('dsmr/E1');
    received(house, power);
    received({ ...house }, { ...power });
    expect(space.keys()).toEqual([]);
    received(house, energy);
    expect(space.keys()).toEqual(['dsmr/E1']);
  });

  it('is forgotten with a meter, unless it has another id by now', () => {
    const { retained, space } = restarted();
    retained.forget({ ...house, id: 'before' });
    expect(space.keys()).toEqual(['dsmr/E1', 'dsmr/G1']);
    retained.forget(house);
    expect(space.keys()).toEqual(['dsmr/G1']);
  });

  it.each([[null], ['x'], [{}], [{ meter: {}, owner: 'main' }]])(
    'drops a record that is none: %j',
    (record) => {
      const { retained, space } = retainedOf();
      space.set('dsmr/E9', record);
      retained.load();
      expect(space.keys()).toEqual([]);
    },
  );
});
