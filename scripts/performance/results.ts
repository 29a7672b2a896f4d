import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backlog } from '../../bench/backlog.ts';
import type { FleetPlay } from '../../bench/fleet.ts';
import type { Footprints } from '../../bench/footprint.ts';
import type { Growth } from '../../bench/growth.ts';
import type { Latency } from '../../bench/latency.ts';
import type { Figure } from '../../bench/measure.ts';

const FILE = join(import.meta.dirname, '../../bench/results.json');

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  /** Processes that wanted a core in the minute before. */
  readonly load: number;
}

export interface Measured<Figures> {
  readonly machine: Machine;
  readonly figures: Figures;
}

/** Ways to do the same work, measured in turn. */
export interface Contest {
  readonly title: string;
  readonly unit: string;
  /** Where units are of one size. */
  readonly bytesPerUnit?: number;
  readonly figures: readonly Figure[];
}

export type Contests = Measured<readonly Contest[]>;

/** What `pnpm bench` has written; a bench that never ran is not there. */
export interface Results {
  readonly dsmr?: Contests;
  readonly mbus?: Contests;
  readonly hoymiles?: Contests;
  readonly kpm33b?: Contests;
  readonly kmp?: Measured<{ readonly codec: readonly Contest[]; readonly poll: KmpPoll }>;
  readonly delivery?: Measured<Delivery>;
  readonly footprint?: Measured<Footprints>;
  readonly growth?: Measured<Growth>;
  readonly fleet?: Measured<readonly FleetPlay[]>;
  readonly fuzz?: Measured<Fuzz>;
  readonly soak?: Measured<Soak>;
}

interface KmpPoll {
  readonly registers: number;
  readonly wireMs: number;
  readonly tookMs: number;
  readonly ratio: number;
}

interface Delivery {
  readonly throughput: readonly Contest[];
  readonly backlog: Backlog;
  readonly latency: readonly Latency[];
}

interface Fuzz {
  readonly minutes: number;
  readonly targets: readonly { readonly name: string; readonly inputs: number; readonly taken: number }[];
}

interface Soak {
  readonly minutes: number;
  readonly apps: readonly {
    readonly app: string;
    readonly readings: number;
    readonly samples: readonly { readonly residentMB: number }[];
  }[];
}

export function readResults(): Results {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
}
