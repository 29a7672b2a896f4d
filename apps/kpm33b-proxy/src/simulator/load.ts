/** One phase of what hangs on a meter. */
export interface Phase {
  /** V */
  readonly voltage: number;
  /** A */
  readonly current: number;
  /** cos φ; negative while power is exported. */
  readonly powerFactor: number;
}

/** An instant of the three phases. */
export type Load = readonly [Phase, Phase, Phase];

/** What hangs on a meter at some instant: machines of a workshop, a little different on each phase. */
export function randomLoad(random: () => number): Load {
  const current = 2 + 20 * random() ** 2;
  const phase = (): Phase => ({
    voltage: 230 + 6 * (random() - 0.5),
    current: current * (0.95 + 0.1 * random()),
    powerFactor: 0.9 + 0.1 * random(),
  });
  return [phase(), phase(), phase()];
}

/** kW */
export function activePower(load: Load): number {
  return load.reduce((sum, phase) => sum + phasePower(phase), 0);
}

/** kW */
export function phasePower({ voltage, current, powerFactor }: Phase): number {
  return (voltage * current * powerFactor) / 1000;
}
