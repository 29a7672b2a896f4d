import { kamstrup162 } from './kamstrup-162.ts';
import { kamstrup382 } from './kamstrup-382.ts';
import { multical3 } from './multical-3.ts';
import { multical21 } from './multical-21.ts';
import { multical66 } from './multical-66.ts';
import { multical302 } from './multical-302.ts';
import { multical303 } from './multical-303.ts';
import { multical401 } from './multical-401.ts';
import { multical402 } from './multical-402.ts';
import { multical403 } from './multical-403.ts';
import { multical601 } from './multical-601.ts';
import { multical602 } from './multical-602.ts';
import { multical603 } from './multical-603.ts';
import { multical801 } from './multical-801.ts';
import type { MeterProfile } from './profile.ts';

export type { MeterProfile } from './profile.ts';

/** Any other meter that speaks KMP. */
const generic = { model: 'MULTICAL', parameters: multical402.parameters } as const satisfies MeterProfile;

/** By the name of the model in the configuration. */
export const profiles = {
  generic,
  '21': multical21,
  '162': kamstrup162,
  '302': multical302,
  '303': multical303,
  '382': kamstrup382,
  '402': multical402,
  '403': multical403,
  '601': multical601,
  '602': multical602,
  '603': multical603,
  '801': multical801,
  '401': multical401,
  '66': multical66,
  III: multical3,
} as const satisfies Readonly<Record<string, MeterProfile>>;

export type Model = keyof typeof profiles;

export function isModel(name: string): name is Model {
  return Object.hasOwn(profiles, name);
}

/** Meter types of GetType whose name is known (KMP description 5512-447, 6.2.1); 15xxh: through a top module. */
const TYPES: ReadonlyMap<number, string> = new Map(
  [0x0001, 0x0004, 0x0005, 0x1501, 0x1504, 0x1505].map((type) => [type, multical601.model]),
);

/** The model of a meter, from what it says of itself where that tells more than the configuration. */
export function modelOf(profile: MeterProfile, meterType: number | null): string {
  return (profile === generic && meterType !== null && TYPES.get(meterType)) || profile.model;
}
