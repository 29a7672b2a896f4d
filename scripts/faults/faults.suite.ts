import { seededRandom } from '@meterbridge/core/codec';
import { type CollectedMessage, hasContainerEngine, until } from '@meterbridge/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { APPS, type Plant, SENDER, startPlant } from './plant.ts';
import type { RelayMode } from './relay.ts';

const DAY_MS = 86_400_000;
const KILLS = 50;
const KILLS_MS = 540_000;
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
const hasEngine = hasContainerEngine('faults');
const fault = it.skipIf(!hasEngine);

const central = 'mosquitto-central';
const docker = (command: readonly string[], ...services: readonly string[]): Promise<void> =>
  plant.stack.docker(command, ...services);
const each = async (
  condition: (app: string) => boolean,
  what: string,
  apps: readonly string[] = APPS,
): Promise<void> => {
  const behind = (): readonly string[] => apps.filter((app) => !condition(app));
  await until(() => behind().length === 0, what, PATIENCE_MS).catch(async (error: Error) => {
    const logs = await Promise.all(behind().map((app) => plant.stack.logs(app)));
    throw new Error(`${error.message}: ${behind().join(', ')}\n${logs.join('\n')}`);
  });
};
/** Everybody gets on by so many readings of its meters, published or not. */
const sending = async (count: number): Promise<void> => {
  const sentOf = (app: string): number => plant.tallies.get(app)!.demanded;
  const before = new Map(APPS.map((app) => [app, sentOf(app)]));
  await each((app) => app === SENDER || sentOf(app) >= before.get(app)! + count, `${count} more readings`);
};

const setLinks = async (mode: RelayMode): Promise<void> => {
  for (const [app, relay] of plant.relays) if (mode !== 'garbled' || !plant.isMqtt(app)) relay.mode = mode;
};
/** Everybody has noticed. */
const withoutBroker = async (): Promise<void> => {
  for (const app of APPS)
    await until(async () => !(await plant.stack.hasBroker(app)), `${app} misses its broker`, PATIENCE_MS);
};

/** Meters without a clock are dated by their bridge. */
const isDatedWrongly = ({ topic, payload }: CollectedMessage): boolean =>
  topic === 'meters/multical/heat' &&
  Math.abs(Date.parse(JSON.parse(payload).time) - Date.now()) > DAY_MS / 2;

/** Breaks something, mends it, and settles up. */
async function suffer(name: string, hurt: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
  for (const tally of plant.tallies.values()) tally.begin();
  await sending(2);
  try {
    await hurt();
    await plant.demand();
  } finally {
    await mend();
  }
  const mendedMs = performance.now();
  const freshMs = (app: string): number | null => plant.tallies.get(app)!.freshMs(mendedMs);
  await each((app) => freshMs(app) !== null, `works again after: ${name}`).catch(console.error);
  const settledMs = performance.now();
  const accountOf = (app: string) => plant.tallies.get(app)!.account(settledMs);
  const isSettled = (app: string): boolean =>
    accountOf(app).lost.length + accountOf(app).invented.length === 0;
  // What remains is told by the table and by the assertions.
  await each(isSettled, 'all that was sent has arrived').catch(() => undefined);
  const accounts = APPS.map((app) => ({ app, ...accountOf(app), fresh: freshMs(app) }));
  for (const { app, lost, invented: _, fresh, ...counts } of accounts) {
    const recovery = fresh === null ? 'never' : `${((fresh - mendedMs) / 1000).toFixed(1)} s`;
    rows.push({ fault: name, app, ...counts, lost: lost.length, recovery });
  }
  expect(
    accounts.map(({ app, lost, invented, fresh }) => ({ app, lost, invented, works: fresh !== null })),
  ).toEqual(APPS.map((app) => ({ app, lost: [], invented: [], works: true })));
}

beforeAll(async () => {
  if (!hasEngine) return;
  plant = await startPlant();
  await each((app) => plant.tallies.get(app)!.arrived > 0, 'every app works');
});
afterAll(async () => {
  console.table(rows);
  await plant?.[Symbol.asyncDispose]();
});

fault('while nothing is wrong', () =>
  suffer(
    'none',
    () => sending(5),
    async () => undefined,
  ),
);

fault('when the broker is killed and started again', () =>
  suffer(
    'broker killed',
    async () => {
      await docker(['kill'], central);
      await sending(5);
    },
    () => docker(['start'], central),
  ),
);

fault('when the broker freezes', () =>
  suffer(
    'broker frozen',
    async () => {
      await docker(['pause'], central);
      await withoutBroker();
    },
    () => docker(['unpause'], central),
  ),
);

fault('when the network to the broker is cut: no packet says so', () =>
  suffer(
    'network cut',
    async () => {
      await plant.stack.setNetwork(central, false);
      await withoutBroker();
    },
    () => plant.stack.setNetwork(central, true),
  ),
);

fault('when the broker moves while names cannot be resolved', () =>
  suffer(
    'DNS gone',
    async () => {
      await plant.stack.setDns(false);
      await docker(['restart', '--time', '5'], central);
      await withoutBroker();
      await sending(5);
    },
    () => plant.stack.setDns(true),
  ),
);

fault('when the broker comes back without memory', () =>
  suffer(
    'broker without memory',
    async () => {
      await docker(['kill'], central);
      await withoutBroker();
      await sending(5);
    },
    async () => {
      // Whoever subscribes after a message never sees it: the apps wait until we are back.
      await docker(['pause'], ...APPS);
      await plant.stack.keeper('rm', '-f', '/broker/mosquitto.db');
      await docker(['start'], central);
      await plant.watching();
      plant.interrupted();
      await docker(['unpause'], ...APPS);
    },
  ),
);

fault('when Home Assistant is started again: it is told of every meter', async () => {
  const before = plant.homeAssistant.messages.length;
  const tellsOf = (app: string): RegExp =>
    app === 'kpm33b-proxy' ? /^homeassistant\/sensor\/kpm33b_/ : new RegExp(`^homeassistant/device/${app}/`);
  const announced = (app: string): boolean => {
    const news = plant.homeAssistant.messages.slice(before);
    return app === SENDER || news.some(({ topic, retain }) => !retain && tellsOf(app).test(topic));
  };
  await suffer(
    'Home Assistant restarted',
    () => plant.homeAssistant.publish('homeassistant/status', 'offline'),
    () => plant.homeAssistant.publish('homeassistant/status', 'online'),
  );
  await each(announced, 'announces its meters');
});

fault('when the link to the meter is cut', () =>
  suffer(
    'meter link cut',
    async () => {
      for (const relay of plant.relays.values()) {
        relay.mode = 'closed';
        relay.cut();
      }
      await each((app) => plant.relays.get(app)!.refused > 1, 'tries to reach its meter');
    },
    () => setLinks('open'),
  ),
);

fault('when the link to the meter is garbled', () =>
  suffer(
    'meter link garbled',
    async () => {
      await setLinks('garbled');
      // MQTT has no checksums; there, it is meters that talk nonsense.
      for (const nonsense of ['', '{"id":"33B1225150000","time', '[1e999]', '\u0000', '{"id":7,"zyggl":"x"}'])
        await plant.meters.publish('MQTT_RT_DATA', nonsense);
      await plant.meters.publish('MQTT_COMMOD_SET_REP', '{"oprid":');
      await each((app) => plant.relays.get(app)!.damaged >= (plant.isMqtt(app) ? 0 : 10), 'hears nonsense');
    },
    () => setLinks('open'),
  ),
);

fault('when the link to the meter is silent', () =>
  suffer(
    'meter link silent',
    async () => {
      const before = new Map([...plant.relays].map(([app, { swallowed }]) => [app, swallowed]));
      const ended = new Map([...plant.relays].map(([app, relay]) => [app, relay.ended]));
      await setLinks('silent');
      await each((app) => {
        const relay = plant.relays.get(app)!;
        // A broker is given up on only after its keep-alive.
        return plant.isMqtt(app) ? relay.ended > ended.get(app)! : relay.swallowed >= before.get(app)! + 5;
      }, 'hears nothing');
    },
    () => setLinks('open'),
  ),
);

fault('when the disk is full', () =>
  suffer(
    'disk full',
    async () => {
      const fill = 'dd if=/dev/zero of=/data/fill bs=64k; dd if=/dev/zero of=/data/rest bs=1k; true';
      await plant.stack.keeper('sh', '-c', fill);
      expect(await plant.stack.keeper('df', '--output=avail', '/data')).toMatch(/^Avail\s+0$/m);
      await sending(10);
    },
    async () => void (await plant.stack.keeper('rm', '/data/fill', '/data/rest')),
  ),
);

fault.each(['+1d', '-1d'])('when the clock jumps by %s and back', (offset) =>
  suffer(
    `clock ${offset}`,
    async () => {
      await plant.stack.setClock(offset);
      await plant.homeAssistant.next(isDatedWrongly, PATIENCE_MS);
      await sending(5);
    },
    () => plant.stack.setClock('+0'),
  ),
);

fault(
  `when the bridge is killed ${KILLS} times, at any moment`,
  () =>
    suffer(
      'killed',
      async () => {
        const lives = await Promise.allSettled(APPS.map(killed));
        expect(lives.filter(({ status }) => status === 'rejected')).toEqual([]);
      },
      async () => undefined,
    ),
  KILLS_MS,
);

/** Kills an app again and again: now while it starts, now while it works. */
async function killed(app: string, seed: number): Promise<void> {
  const random = seededRandom(seed + 1);
  const tally = plant.tallies.get(app)!;
  const pause = (limitMs: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, random() * limitMs));
  for (let life = 0; life < KILLS; life++) {
    const startMs = performance.now();
    if (life % 2 === 1) await each(() => tally.freshMs(startMs) !== null, `works in life ${life}`, [app]);
    await pause(life % 2 === 1 ? 300 : 1_500);
    if (app === SENDER) await plant.demand();
    await plant.stack.kill(app);
  }
}
