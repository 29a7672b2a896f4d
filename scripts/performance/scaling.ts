import type { FleetSize } from '../../bench/growth-fleet.ts';
import type { GatewaySize } from '../../bench/growth-gateway.ts';
import type { Results } from './results.ts';
import { number } from './text.ts';

/** A machine has other things to do, and a morning after an outage comes. */
const SHARE = 0.5;
/** Of the heap: the rest is for garbage, and for what a busy minute brings. */
const HEAP_SHARE = 0.8;
const KPM33B_PER_MINUTE = 2;

/** What one gateway carries, and what to do beyond, with the figures of the machine that was measured. */
export function scalingSection(results: Results): string {
  if (!results.growth) return 'Not measured yet.';
  return [...gateway(results), ...proxy(results), ...broker(results)].join('\n\n');
}

function gateway({ growth }: Results): readonly string[] {
  const { ports, buses, imageHeapMB } = growth!.figures;
  const [one, many] = [ports[0]!, manyOf(ports)];
  const heatMeters = buses.at(-1)!;
  const readings = (SHARE * 1000) / many.cpuMs.median;
  const [heapEachMB, memoryEachMB] = [perMeter(one, many, 'heapUsedMB'), perMeter(one, many, 'residentMB')];
  const meters = (HEAP_SHARE * imageHeapMB - one.heapUsedMB) / heapEachMB;
  return [
    '### One gateway',
    `A reading of a P1 port, with its 27 messages, costs ${number(many.cpuMs.median)} ms of a core. With half a core for one bridge, and the other half for broker, system and bad days, that is 500 ms / ${number(many.cpuMs.median)} ms = **${number(readings)} readings per second**: so many P1 ports that send each second, ${number(60 * readings)} meters that are read each minute, or ${number(900 * readings)} that are read every 15 minutes. \`mqtt.output: json\` makes one message of the 27.`,
    `Memory ends it earlier. With one meter a bridge has ${number(one.residentMB)} MB, and each further one with 27 values takes ${number(memoryEachMB)} MB, ${number(heapEachMB)} MB of it on the heap. The image bounds that at ${number(imageHeapMB)} MB; to stay below ${number(100 * HEAP_SHARE)} % of it, a bridge takes (${number(HEAP_SHARE * imageHeapMB)} − ${number(one.heapUsedMB)}) / ${number(heapEachMB)} = **about ${number(meters)} meters**. For more, start more bridges, each with its own \`mqtt.client_id\`, \`mqtt.base_topic\`, \`store.path\` and \`http.port\`; or, outside of the image, one with a larger \`--max-old-space-size\`. Meters with fewer values take accordingly less: mbus-gateway with ${number(heatMeters.meters)} heat meters has ${number(heatMeters.residentMB)} MB.`,
    'What limits a line is not the gateway: an M-Bus at 2400 baud reads one meter in about half a second, and a P1 port or an optical head has one meter.',
  ];
}

function proxy({ growth, fleet, kpm33b }: Results): readonly string[] {
  const { fleets } = growth!.figures;
  const [one, many] = [fleets[0]!, fleets.at(-1)!];
  const burst = fleet?.figures.find(({ name }) => name.startsWith('a burst'));
  const cpuMs = burst ? burst.cpuMicroseconds / 1000 : manyOf(fleets).cpuMs.median;
  const perSecond = (SHARE * 1000) / cpuMs;
  const meters = (perSecond * 60) / KPM33B_PER_MINUTE;
  const contest = kpm33b?.figures[0]?.figures;
  const alone = contest?.find(({ name }) => name === 'checked and converted')?.perSecond.median;
  const third = contest?.find(({ name }) => name === 'one of three workers')?.perSecond.median;
  const workers =
    alone && third
      ? ` Each worker receives all messages and drops those of the others at a glance: with three of them it gets through ${number(third / alone)} × as many as alone, so that three carry about that much, not three times.`
      : '';
  return [
    '### KPM33B meters: when to shard',
    `A message costs kpm33b-proxy ${number(1000 * cpuMs)} µs of a core when many come at once. Half a core passes on ${number(perSecond)} messages per second. A meter with both intervals at a minute sends ${KPM33B_PER_MINUTE} a minute, so **one proxy carries ${number(perSecond)} × 60 / ${KPM33B_PER_MINUTE} = ${number(meters)} meters**. All clocks tick together: the burst of these meters, ${number(KPM33B_PER_MINUTE * meters)} messages, is through within half a minute. Memory is no bound: with ${number(many.meters)} meters it is ${number(many.residentMB)} MB, after ${number(one.residentMB)} MB with one.`,
    `Shard (\`shard: { index, count }\`) when the burst is not through before the next one begins: beyond ${number(meters / SHARE)} meters on a core of this kind, or earlier with shorter intervals.${workers} Watch \`meterbridge_outbox_messages\` and the age of the readings.`,
  ];
}

function broker({ delivery, growth }: Results): readonly string[] {
  const contest = delivery?.figures.throughput[0]?.figures;
  const best = contest && Math.max(...contest.map(({ perSecond }) => perSecond.median));
  const many = manyOf(growth!.figures.ports);
  const rows = [
    '### The central broker: when to cluster',
    'Mosquitto works on one core. What it has to do is the sum over all gateways of messages in, and of the same messages out to each subscriber.',
  ];
  if (best === undefined) return rows;
  const budget = SHARE * best;
  return [
    ...rows,
    `Here one client brought it ${number(best)} messages per second with QoS 1, nobody subscribed. Half of that, ${number(budget)} per second, leaves room for one subscriber to all of it. In meters: ${number((budget * 60) / KPM33B_PER_MINUTE)} KPM33B at a minute, or ${number(budget / 27)} P1 ports at a second with all their values (${number(budget)} with \`mqtt.output: json\`), or ${number((60 * budget) / 27)} meters that are read each minute.`,
    `After an outage of an hour, ${number(budget / 10)} messages per second have left ${number(360 * budget)} in the outboxes; with ${number(budget)} per second to spare they are gone in ${number(360 / 60)} minutes. So keep the usual load at a tenth of the budget if that matters, and the outboxes large enough.`,
    `Move to a cluster (see [Operations](OPERATIONS.md#a-clustered-broker)) when the usual load goes beyond ${number(budget)} messages per second, when subscribers multiply it beyond that, or when the death of one machine must not be noticed. Below, a bridge per site and one Mosquitto is less to look after; a gateway with ${number(many.meters)} P1 ports a second makes ${number(27 * many.meters)} messages per second.`,
  ];
}

/** The largest with the heap of the image, where figures of a usual installation come from. */
function manyOf<Size extends GatewaySize | FleetSize>(sizes: readonly Size[]): Size {
  const usual = sizes.filter((size) => !('heapMB' in size) || size.heapMB === null);
  return usual.findLast(({ meters }) => meters <= 1_000) ?? sizes.at(-1)!;
}

function perMeter<Key extends string>(
  one: { readonly meters: number } & Readonly<Record<Key, number>>,
  many: { readonly meters: number } & Readonly<Record<Key, number>>,
  key: Key,
): number {
  return (many[key] - one[key]) / (many.meters - one.meters);
}
