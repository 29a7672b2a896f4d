import { seededRandom } from '@meterbridge/core/codec';
import { hasContainerEngine, until } from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPS, type Plant, startPlant } from './plant.ts';

const KILLS = 50;
/** Limit of each wait; nothing here takes so long. */
const PATIENCE_MS = 120_000;

interface Row {
  readonly fault: string;
  readonly app: string;
  readonly sent: number;
  readonly received: number;
  readonly repeated: number;
  readonly perished: number;
  readonly lost: number;
  readonly recovery: string;
}

const rows: Row[] = [];
let plant: Plant;

const central = 'mosquitto-central';
const docker = (command: readonly string[], ...services: readonly string[]): Promise<void> =>
  plant.stack.docker(command, ...services);
const each = async (condition: (app: string) => boolean, what: string): Promise<void> => {
  const behind = (): readonly string[] => APPS.filter((app) => !condition(app));
  await until(() => behind().length === 0, what, PATIENCE_MS).catch(async (error: Error) => {
    const logs = await Promise.all(behind().map((app) => plant.stack.logs(app)));
    throw new Error(`${error.message}: ${behind().join(', ')}\n${logs.join('\n')}`);
  });
};
/** Everybody gets on by so many readings of its meters, published or not. */
const sending = async (count: number): Promise<void> => {
  const sentOf = (app: string): number => plant.tallies.get(app)!.demanded;
  const before = new Map(APPS.map((app) => [app, sentOf(app)]));
  await each(
    (app) => app === 'kpm33b-config-sender' || sentOf(app) >= before.get(app)! + count,
    `${count} more readings`,
  );
};

/** Breaks something, mends it, and settles up. */
async function suffer(fault: string, hurt: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
  for (const tally of plant.tallies.values()) tally.begin();
  await sending(2);
  await hurt();
  await plant.demand();
  await mend();
  const mendedMs = performance.now();
  const freshMs = (app: string): number | null => plant.tallies.get(app)!.freshMs(mendedMs);
  await each((app) => freshMs(app) !== null, `works again after: ${fault}`).catch(console.error);
  const settledMs = performance.now();
  const accountOf = (app: string) => plant.tallies.get(app)!.account(settledMs);
  const isSettled = (app: string): boolean =>
    accountOf(app).lost.length + accountOf(app).invented.length === 0;
  // What remains is told by the table and by the assertions.
  await each(isSettled, 'all that was sent has arrived').catch(() => undefined);
  const accounts = APPS.map((app) => ({ app, ...accountOf(app), fresh: freshMs(app) }));
  for (const { app, lost, invented: _, fresh, ...counts } of accounts) {
    const recovery = fresh === null ? 'never' : `${((fresh - mendedMs) / 1000).toFixed(1)} s`;
    rows.push({ fault, app, ...counts, lost: lost.length, recovery });
  }
  expect(
    accounts.map(({ app, lost, invented, fresh }) => ({ app, lost, invented, works: fresh !== null })),
  ).toEqual(APPS.map((app) => ({ app, lost: [], invented: [], works: true })));
}

describe.skipIf(!hasContainerEngine('faults'))('nothing is lost, repeated without need, or invented', () => {
  beforeAll(async () => {
    plant = await startPlant();
    await each((app) => plant.tallies.get(app)!.arrived > 0, 'every app works');
  });
  afterAll(async () => {
    console.table(rows);
    await plant?.[Symbol.asyncDispose]();
  });

  it('while nothing is wrong', () =>
    suffer(
      'none',
      () => sending(5),
      async () => undefined,
    ));

  it('when the broker is killed and started again', () =>
    suffer(
      'broker killed',
      async () => {
        await docker(['kill'], central);
        await sending(5);
      },
      () => docker(['start'], central),
    ));

  it('when the link to the meter is cut', () =>
    suffer(
      'meter link cut',
      async () => {
        for (const relay of plant.relays.values()) {
          relay.mode = 'closed';
          relay.cut();
        }
        await each((app) => plant.relays.get(app)!.refused > 1, 'tries to reach its meter');
      },
      async () => {
        for (const relay of plant.relays.values()) relay.mode = 'open';
      },
    ));

  it(`when the bridge is killed ${KILLS} times, at any moment`, () =>
    suffer(
      'killed',
      () => Promise.all(APPS.map(killed)).then(() => undefined),
      async () => undefined,
    ));
});

/** Kills an app again and again: now while it starts, now while it works. */
async function killed(app: string, seed: number): Promise<void> {
  const random = seededRandom(seed + 1);
  const tally = plant.tallies.get(app)!;
  const pause = (limitMs: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, random() * limitMs));
  for (let life = 0; life < KILLS; life++) {
    const startMs = performance.now();
    if (life % 2 === 1) await until(() => tally.freshMs(startMs) !== null, `${app} works`, PATIENCE_MS);
    await pause(life % 2 === 1 ? 300 : 2_000);
    await docker(['kill'], app);
    if (app === 'kpm33b-config-sender') await plant.demand();
    await docker(['start'], app);
  }
}
