import type { Growth } from '../../bench/growth.ts';
import type { GatewaySize, HttpAnswers } from '../../bench/growth-gateway.ts';
import type { Plot } from './plot.ts';
import type { Results } from './results.ts';
import { bytes, markdown, number, spread } from './text.ts';

/** By name of the file. */
export function growthPlots({ growth }: Results): ReadonlyMap<string, Plot> {
  return new Map(growth ? plotsOf(growth.figures) : []);
}

export function growthSection(results: Results): string {
  const { growth } = results;
  if (!growth) return 'Not measured yet.';
  const { laws, ports, buses } = growth.figures;
  const rows = laws.map(({ what, exponent, words }) => [
    what,
    exponent === null ? '' : exponent.toFixed(2),
    words,
  ]);
  const images = Array.from(growthPlots(results), ([file, { title }]) => `![${title}](performance/${file})`);
  const pages = ports.flatMap(({ meters, http }) => (http ? [[number(meters), ...answers(http)]] : []));
  return [
    markdown([['Cost', 'exponent', 'with more meters'], ...rows]),
    ...images,
    markdown([
      ['App', 'meters', 'all announced after', 'CPU of each', 'memory', 'bound of the heap'],
      ...announced('dsmr-bridge', ports),
      ...announced('mbus-gateway', buses),
    ]),
    markdown([['Meters', 'page', '`/status`, which it asks once', '`/metrics`'], ...pages]),
    searchTable(growth.figures),
  ].join('\n\n');
}

function announced(app: string, sizes: readonly GatewaySize[]): readonly (readonly string[])[] {
  return sizes.map(({ meters, discoveryMs, firstCpuMs, residentMB, heapMB }) => [
    app,
    number(meters),
    `${number(discoveryMs / 1000)} s`,
    `${number(firstCpuMs)} ms`,
    `${number(residentMB)} MB`,
    heapMB === null ? 'as in the image' : `${number(heapMB)} MB`,
  ]);
}

function answers({ page, status, metrics }: HttpAnswers): readonly string[] {
  return [page, status, metrics].map(({ ms, bytes: size }) => `${number(ms.median)} ms, ${bytes(size)}`);
}

function searchTable({ searches }: Growth): string {
  return markdown([
    [
      'Meters on an M-Bus line',
      'masks, numbers at random',
      'masks, numbers in a row',
      'at 2400 baud, at random',
    ],
    ...searches.map(({ meters, masksAtRandom, masksInARow, secondsAtRandom }) => [
      number(meters),
      spread(masksAtRandom),
      spread(masksInARow),
      `${number(secondsAtRandom)} s`,
    ]),
  ]);
}

function plotsOf({ ports, buses, fleets, searches }: Growth): readonly (readonly [string, Plot])[] {
  const x = 'meters';
  const p1 = (of: (size: GatewaySize) => number) => ports.map((size) => [size.meters, of(size)] as const);
  const mbus = (of: (size: GatewaySize) => number) => buses.map((size) => [size.meters, of(size)] as const);
  const overHttp = (of: (answers: HttpAnswers) => number) =>
    ports.flatMap(({ meters, http }) => (http ? [[meters, of(http)] as const] : []));
  const proxy = (of: (size: Growth['fleets'][number]) => number) =>
    fleets.map((size) => [size.meters, of(size)] as const);
  const search = (of: (size: Growth['searches'][number]) => number) =>
    searches.map((size) => [size.meters, of(size)] as const);
  return [
    [
      'cpu.svg',
      {
        title: 'Processor time of a reading',
        x,
        y: 'milliseconds of one core',
        curves: [
          { name: 'dsmr-bridge, 27 messages each', points: p1(({ cpuMs }) => cpuMs.median) },
          { name: 'mbus-gateway, 9 messages each', points: mbus(({ cpuMs }) => cpuMs.median) },
          { name: 'kpm33b-proxy, 1 message each', points: proxy(({ cpuMs }) => cpuMs.median) },
        ],
      },
    ],
    [
      'latency.svg',
      {
        title: 'From the line to the broker',
        x,
        y: 'milliseconds',
        curves: [
          { name: 'dsmr-bridge, median', points: p1(({ p50Ms }) => p50Ms.median) },
          { name: 'dsmr-bridge, 99 %', points: p1(({ p99Ms }) => p99Ms.median) },
          { name: 'mbus-gateway, median', points: mbus(({ p50Ms }) => p50Ms.median) },
          { name: 'mbus-gateway, 99 %', points: mbus(({ p99Ms }) => p99Ms.median) },
          { name: 'kpm33b-proxy, median', points: proxy(({ p50Ms }) => p50Ms.median) },
          { name: 'kpm33b-proxy, 99 %', points: proxy(({ p99Ms }) => p99Ms.median) },
        ],
      },
    ],
    [
      'memory.svg',
      {
        title: 'Memory',
        x,
        y: 'MB resident',
        curves: [
          { name: 'dsmr-bridge', points: p1(({ residentMB }) => residentMB) },
          { name: 'mbus-gateway', points: mbus(({ residentMB }) => residentMB) },
          { name: 'kpm33b-proxy', points: proxy(({ residentMB }) => residentMB) },
        ],
      },
    ],
    [
      'http.svg',
      {
        title: 'Answers over HTTP',
        x,
        y: 'milliseconds',
        curves: [
          { name: '/status', points: overHttp(({ status }) => status.ms.median) },
          { name: '/metrics', points: overHttp(({ metrics }) => metrics.ms.median) },
        ],
      },
    ],
    [
      'search.svg',
      {
        title: 'M-Bus: search by secondary addresses',
        x: 'meters on the line',
        y: 'masks asked',
        curves: [
          { name: 'numbers at random', points: search(({ masksAtRandom }) => masksAtRandom.median) },
          { name: 'numbers in a row', points: search(({ masksInARow }) => masksInARow.median) },
        ],
      },
    ],
  ];
}
