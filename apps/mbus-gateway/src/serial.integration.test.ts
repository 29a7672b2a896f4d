import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLine } from '@meterbridge/core/model';
import { openSerial } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { HOUSE } from './bridge.fixture.ts';
import { Master } from './master.ts';
import { readOut } from './readout.ts';
import { lineDescription, slavesOfDescription } from './simulator/description.ts';
import { type LineSettings, serveLine } from './simulator/serve.ts';

/** Pseudo terminals are made by socat. */
const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no socat');
if (!hasSocat) console.warn('Skipping the tests of serial ports: there is no socat');

describe.skipIf(!hasSocat)('a readout over a serial port', () => {
  it.each<[string, Partial<LineSettings>]>([
    ['through a converter that echoes', { echo: true }],
    ['at the speed of 9600 baud', { realTimeBaud: 9600 }],
  ])('tells the values of a meter, %s', async (_how, line) => {
    const folder = await mkdtemp(join(tmpdir(), 'mbus-'));
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(folder, { recursive: true }));
    const pty = join(folder, 'tty');
    const slaves = slavesOfDescription(lineDescription.parse(HOUSE));
    cleanUp.use(await serveLine({ slaves, pty, ...line }));
    const link = cleanUp.use(
      await openSerial({ path: pty, ...parseLine('9600 8E1')! }, { timeoutMs: 5_000 }),
    );
    const master = new Master(link, { baudRate: 9600, latencyMs: 16 });
    const { records } = await readOut(master, '111122222D2C0104', { maxTelegrams: 16 });
    expect(records.map(({ raw }) => raw)).toEqual([1234, 56789, 612, 900, 4711]);
  });
});
