import { goalTable } from './goals.ts';
import { growthPlots, growthSection } from './growth.ts';
import { plotSvg } from './plot.ts';
import { type Results, readResults } from './results.ts';
import { scalingSection } from './scaling.ts';
import {
  codecSection,
  deliverySection,
  enduranceSection,
  fleetSection,
  footprintSection,
  machineTable,
} from './sections.ts';

/** docs/PERFORMANCE.md and its plots: nothing but what `pnpm bench` has written into `bench/results.json`. */
export function performanceFiles(): ReadonlyMap<string, string> {
  const results = readResults();
  const files = new Map([['docs/PERFORMANCE.md', page(results)]]);
  for (const [file, plot] of growthPlots(results)) files.set(`docs/performance/${file}`, plotSvg(plot));
  return files;
}

function page(results: Results): string {
  const parts = [
    '# Performance',
    'How fast, how small, and how it grows. Everything here is measured by `pnpm bench` (or `pnpm bench <name>` for one part), which writes `bench/results.json`; `pnpm run docs` makes this page of it. Run it on your machine: figures hold for the one they were taken on.',
    'Where something is compared, both take turns in one run: `0.9 (0.85 – 0.95) ×` is the median of the rounds, and the range in which the middle half of them lies. What slows the machine slows both, so that a ratio says more than a number per second. Processor times are those of the kernel, user and system; memory is resident memory. Apps run as one bundled file, with the flags of their image, but not in a container; brokers are Mosquittos on the same machine, which takes them a part of the same cores.',
    machineTable(results),
    '`load before` is how many processes wanted a core in the minute before: with more than a small part of the cores, times are too long and rates too low.',
    '## Goals',
    goalTable(results),
    '## Codecs',
    'On one core. The loop that sums the bytes is the physical reference: nothing can read them faster.',
    codecSection(results),
    '## Delivery',
    'Messages with QoS 1, about 900 bytes of JSON. The bridge of the last table has outbox and history in its file and publishes every value on a topic of its own as well: 27 messages for each telegram.',
    deliverySection(results),
    '## Footprint',
    footprintSection(results),
    '## KPM33B fleets',
    fleetSection(results),
    '## Growth',
    'What more meters cost. The exponent is that of the power by which a cost grows, by least squares over the logarithms: 0 is constant, 1 linear. dsmr-bridge has a line, a connection and about 27 values for each meter, all meters together send 50 telegrams per second, and its sizes are measured one after the other; it ends at 1,000, as 10,000 P1 ports with a telegram every ten seconds are more than a process reads (see Scaling out). mbus-gateway has lines of 250 heat meters with nine messages for each reading, which answer 50 questions per second in all. kpm33b-proxy gets 500 messages per second, and its sizes take turns.',
    growthSection(results),
    '## Scaling out',
    scalingSection(results),
    '## Fuzz and soak',
    '`pnpm bench fuzz` damages frames of every protocol, with right checksums too, and looks whether a decoder throws what it should not, takes what is wrong, or needs memory or time without bound. `pnpm bench soak` runs the bridges at many times real speed on bad lines, with a broker that is killed every minute, and watches their memory. Both take `--minutes`.',
    enduranceSection(results),
  ];
  return `${parts.join('\n\n')}\n`;
}
