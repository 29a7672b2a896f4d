import type { Contest, Machine, Results } from './results.ts';
import { bytes, markdown, number, percent, spread } from './text.ts';

const NOT_MEASURED = 'Not measured yet.';

export function machineTable(results: Results): string {
  const runs = Object.entries<{ readonly machine: Machine }>({ ...results });
  const rows = runs.map(([name, { machine }]) => [
    name,
    machine.cpu,
    String(machine.cores),
    `${machine.memoryGB} GB`,
    machine.node,
    number(machine.load),
  ]);
  return rows.length === 0
    ? NOT_MEASURED
    : markdown([['Bench', 'CPU', 'cores', 'memory', 'Node.js', 'load before'], ...rows]);
}

export function codecSection({ dsmr, mbus, kmp, kpm33b, hoymiles }: Results): string {
  const contests = [dsmr?.figures, mbus?.figures, kmp?.figures.codec, kpm33b?.figures, hoymiles?.figures];
  const tables = contests.flatMap((some) => some ?? []).map(contestTable);
  return tables.length === 0 ? NOT_MEASURED : tables.join('\n\n');
}

function contestTable({ title, unit, bytesPerUnit, figures }: Contest): string {
  const size = bytesPerUnit === undefined ? '' : ` of ${number(bytesPerUnit)} bytes`;
  return markdown([
    [`${title}${size}`, `${unit}/s`, 'relative'],
    ...figures.map(({ name, perSecond, ratio }) => [name, number(perSecond.median), `${spread(ratio)} ×`]),
  ]);
}

export function deliverySection({ delivery }: Results): string {
  if (!delivery) return NOT_MEASURED;
  const { throughput, backlog, latency } = delivery.figures;
  const rows = latency.map(({ meters, perSecond, p50Ms, p99Ms }) => [
    `${meters} ${meters === 1 ? 'meter' : 'meters'}`,
    String(perSecond),
    spread(p50Ms, ' ms'),
    spread(p99Ms, ' ms'),
  ]);
  return [
    ...throughput.map(contestTable),
    `A backlog of ${number(backlog.messages)} messages in the file of the outbox is gone ${spread(backlog.seconds, ' s')} after the broker is back: ${spread(backlog.ratio)} × the speed of MQTT.js alone, which has them in memory.`,
    markdown([
      ['First byte of a telegram on the line to the PUBACK of its reading', 'telegrams/s', 'median', '99 %'],
      ...rows,
    ]),
  ].join('\n\n');
}

export function footprintSection({ footprint }: Results): string {
  if (!footprint) return NOT_MEASURED;
  const { apps, nodeMB, baseImageBytes } = footprint.figures;
  const image = (size: number | null): string => {
    if (size === null) return 'no image';
    return baseImageBytes === null
      ? bytes(size)
      : `${bytes(size)}, ${bytes(size - baseImageBytes)} of its own`;
  };
  const starts = apps.map(({ app, start, bundleBytes, imageBytes }) => [
    app,
    spread(start.connectedMs, ' ms'),
    spread(start.firstReadingMs, ' ms'),
    `${number(start.ratio.median)} ×`,
    bytes(bundleBytes),
    image(imageBytes),
  ]);
  const loads = apps.map(({ app, idle, onePerSecond, load }) => [
    app,
    `${number(idle.residentMB)} MB`,
    `${number(load.residentMB)} MB`,
    `${number(load.readings)} of ${number(load.wanted)}`,
    percent(idle.cpu.median),
    percent(onePerSecond.cpu.median),
  ]);
  return [
    markdown([['App', 'start to connected', 'start to first reading', 'Node.js alone', 'bundle', 'image'], ...starts]),
    markdown([['App', 'memory', 'after the load', 'readings of the load', 'CPU at rest', 'CPU at 1 message/s'], ...loads]),
    `Node.js alone, with the same flags, has ${number(nodeMB)} MB. "Node.js alone" in the first table: how often the time to the first reading fits what Node.js needs to start and open one connection. The load is what an hour at 100 times the usual pace brings, as fast as the app takes it, but for a minute at most.`,
  ].join('\n\n'); // biome-ignore format: tables
}

export function fleetSection({ fleet }: Results): string {
  if (!fleet) return NOT_MEASURED;
  return markdown([
    ['kpm33b-proxy between two Mosquittos', 'messages/s', 'missing', 'repeated', 'CPU each', 'memory'],
    ...fleet.figures.map(({ name, perSecond, missing, repeated, cpuMicroseconds, residentMB }) => [
      name,
      spread(perSecond),
      number(missing),
      number(repeated),
      `${number(cpuMicroseconds)} µs`,
      `${number(residentMB)} MB`,
    ]),
  ]);
}

/** Parts of the time that it took. */
const SOAKED = [
  { name: 'at first', at: 0 },
  { name: 'halfway', at: 0.5 },
  { name: 'at the end', at: 1 },
];

export function enduranceSection({ fuzz, soak }: Results): string {
  const parts: string[] = [];
  if (fuzz)
    parts.push(
      markdown([
        [`Fuzz, ${number(fuzz.figures.minutes)} minutes`, 'damaged inputs', 'taken, rightly'],
        ...fuzz.figures.targets.map(({ name, inputs, taken }) => [name, number(inputs), number(taken)]),
      ]),
    );
  if (soak)
    parts.push(
      markdown([
        [
          `Soak, ${number(soak.figures.minutes)} minutes`,
          'readings',
          ...SOAKED.map((part) => `memory ${part.name}`),
        ],
        ...soak.figures.apps.map(({ app, readings, samples }) => [
          app,
          number(readings),
          ...SOAKED.map(
            ({ at }) => `${number(samples[Math.floor(at * (samples.length - 1))]!.residentMB)} MB`,
          ),
        ]),
      ]),
    );
  return parts.length === 0 ? NOT_MEASURED : parts.join('\n\n');
}
