import { seededRandom } from '@meterbridge/core/codec';
import { AnsweringMeters } from '../apps/kpm33b-proxy/src/simulator/answers.ts';
import { FLEET_FAULTS, Fleet, type FleetFault } from '../apps/kpm33b-proxy/src/simulator/fleet.ts';
import { connectTo } from './observer.ts';
import type { Brokers, Scene } from './scene.ts';

/** One KPM33B meter on the internal broker. */
export async function proxy(
  { internal }: Brokers,
  opened: AsyncDisposableStack,
  isBad: boolean,
): Promise<Scene> {
  const meters = opened.use(await connectTo(internal));
  const uploads = uploadsOf(1, isBad ? FLEET_FAULTS : []);
  return {
    app: 'kpm33b-proxy',
    config: () => ({ internal_broker: { host: internal.host, port: internal.port } }),
    isReading: (topic) => /^kpm33b\/\w+\/(?:seconds|minutes)$/.test(topic),
    push: () => meters.send({ ...uploads.next().value, qos: 1, retain: false }, () => undefined),
    tellsEach: true,
    perHour: 120,
  };
}

/** It hears what the proxy publishes, and its meter answers. */
export async function sender({ internal, central }: Brokers, opened: AsyncDisposableStack): Promise<Scene> {
  const house = opened.use(await connectTo(central));
  const ears = opened.use(await connectTo(internal));
  const { ids } = new Fleet({ meters: 1, faults: new Set(), random: seededRandom(1) });
  const answering = new AnsweringMeters(ids, (message) =>
    ears.send({ ...message, qos: 1, retain: false }, () => undefined),
  );
  for (const filter of answering.filters)
    ears.subscribe(filter, (topic, payload) => answering.command(topic, payload));
  const main = 'bench/sender';
  const heard = { topic: `${main}/${ids[0]}/seconds`, payload: '{"active_power":1}' };
  return {
    app: 'kpm33b-config-sender',
    config: () => ({
      internal_broker: { host: internal.host, port: internal.port },
      central_broker_topics: { external_main_topic: main },
    }),
    isReading: (topic) => topic.startsWith('MQTT_COMMOD_SET_') && !topic.startsWith('MQTT_COMMOD_SET_REP'),
    push: () => house.send({ ...heard, qos: 1, retain: false }, () => undefined),
    tellsEach: false,
    perHour: 120,
  };
}

/** Both levels in turn, on and on, of a fleet whose clock runs as fast as it takes. */
export function* uploadsOf(
  meters: number,
  faults: readonly FleetFault[] = [],
): Generator<{ readonly topic: string; readonly payload: string }, never> {
  const fleet = new Fleet({ meters, faults: new Set(faults), random: seededRandom(1) });
  for (let clockMs = Date.now(); ; clockMs += 60_000)
    for (const number of fleet.ids.keys())
      for (const level of ['seconds', 'minutes'] as const) yield* fleet.upload(number, level, clockMs);
}
