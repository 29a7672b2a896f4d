import { activePower, type Load, type Phase, phasePower } from './load.ts';

/** Tags in the order in which meters send them, with their decimals (captures of KPM33B meters). */
type TagList = readonly (readonly [tag: string, decimals: number])[];

const RT_TAGS: TagList = [
  ...tags(3, 'ia ib ic ua ub uc uab ubc uca'),
  ...tags(4, 'pa pb pc zyggl qa qb qc zwggl sa sb sc zszgl'),
  ...tags(3, 'pfa pfb pfc zglys f uxja uxjb uxjc ixja ixjb ixjc unb inb'),
  ...tags(4, 'pdm qdm sdm iadm ibdm icdm'),
];
const ENY_TAGS: TagList = tags(
  3,
  'zygsz fygsz zwgsz fwgsz zszsz zyjsz fyjsz zyfsz fyfsz zypsz fypsz zyvsz fyvsz zydvsz fydvsz',
);

/** Import per tariff, kWh: sharp, peak, flat, valley. */
export type Counters = readonly [number, number, number, number];

/** MQTT_RT_DATA. @param time `YYYYMMDDhhmmss` */
export function electricalUpload(id: string, time: string, load: Load): string {
  return upload(id, time, RT_TAGS, electricalValues(load));
}

/** MQTT_ENY_NOW. */
export function counterUpload(id: string, time: string, counters: Counters): string {
  const [sharp, peak, flat, valley] = counters;
  const total = sharp + peak + flat + valley;
  const values = { zygsz: total, zszsz: total * 1.01, zyjsz: sharp, zyfsz: peak, zypsz: flat, zyvsz: valley };
  return upload(id, time, ENY_TAGS, values);
}

/** What a meter sends in the name of the next serial number: all tags, and nothing but zeros. */
export function phantomUpload(kind: 'seconds' | 'minutes', id: string, time: string): string {
  return upload(id, time, kind === 'seconds' ? RT_TAGS : ENY_TAGS, {});
}

function upload(id: string, time: string, list: TagList, values: Readonly<Record<string, number>>): string {
  const fields = list.map(([tag, decimals]) => `"${tag}":${(values[tag] ?? 0).toFixed(decimals)}`);
  return `{"id":"${id}",${fields.join()},"time":"${time}","isend":"1"}`;
}

function electricalValues(load: Load): Readonly<Record<string, number>> {
  const perPhase = (name: (phase: string) => string, value: (phase: Phase) => number) =>
    load.map((phase, at) => [name('abc'[at]!), value(phase)] as const);
  const apparent = ({ voltage, current }: Phase): number => (voltage * current) / 1000;
  const reactive = (phase: Phase): number =>
    -Math.sqrt(Math.max(0, apparent(phase) ** 2 - phasePower(phase) ** 2));
  const sum = (value: (phase: Phase) => number): number => load.reduce((all, phase) => all + value(phase), 0);
  const power = activePower(load);
  return {
    ...Object.fromEntries([
      ...perPhase(
        (phase) => `i${phase}`,
        ({ current }) => current,
      ),
      ...perPhase(
        (phase) => `u${phase}`,
        ({ voltage }) => voltage,
      ),
      ...perPhase((phase) => `p${phase}`, phasePower),
      ...perPhase((phase) => `q${phase}`, reactive),
      ...perPhase((phase) => `s${phase}`, apparent),
      ...perPhase(
        (phase) => `pf${phase}`,
        ({ powerFactor }) => powerFactor,
      ),
      ...perPhase(
        (phase) => `i${phase}dm`,
        ({ current }) => current,
      ),
    ]),
    uab: Math.sqrt(3) * 230,
    ubc: Math.sqrt(3) * 230,
    uca: Math.sqrt(3) * 230,
    zyggl: power,
    zwggl: sum(reactive),
    zszgl: sum(apparent),
    zglys: power / sum(apparent),
    f: 50,
    uxjb: 240,
    uxjc: 120,
    ixja: 355,
    ixjb: 235,
    ixjc: 115,
    pdm: power,
    qdm: sum(reactive),
    sdm: sum(apparent),
  };
}

function tags(decimals: number, names: string): TagList {
  return names.split(' ').map((tag) => [tag, decimals]);
}
