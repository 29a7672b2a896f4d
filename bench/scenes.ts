import { seededRandom } from '@meterbridge/core/codec';
import { FAULTS as P1_FAULTS } from '../apps/dsmr-bridge/src/simulator/faults.ts';
import { servePort } from '../apps/dsmr-bridge/src/simulator/serve.ts';
import type { Fault as DtuFault } from '../apps/hoymiles-bridge/src/simulator/faults.ts';
import { usualInverters } from '../apps/hoymiles-bridge/src/simulator/plant.ts';
import { serveDtu } from '../apps/hoymiles-bridge/src/simulator/serve.ts';
import { FaultyHead, FAULTS as KMP_FAULTS } from '../apps/kamstrup-bridge/src/simulator/faults.ts';
import { SimulatedMeter } from '../apps/kamstrup-bridge/src/simulator/meter.ts';
import { serveMeter } from '../apps/kamstrup-bridge/src/simulator/serve.ts';
import { slavesOfDescription } from '../apps/mbus-gateway/src/simulator/description.ts';
import { FAULTS as MBUS_FAULTS } from '../apps/mbus-gateway/src/simulator/faults.ts';
import { serveLine } from '../apps/mbus-gateway/src/simulator/serve.ts';
import { HEAT_METER } from './heat-meter.ts';
import { proxy, sender } from './kpm33b-scenes.ts';
import { servePorts } from './ports.ts';
import type { Brokers, Scene } from './scene.ts';

const HERE = { host: '127.0.0.1', tcpPort: 0 };
/** On a bad line a bridge is to go on trying, and not to leave it alone. */
const RESTLESS = { breaker: { failures: 1_000, reset_after: '1s' } };
/** Those over which a DTU goes on answering. */
const DTU_FAULTS: readonly DtuFault[] = [
  'silence',
  'crc',
  'truncate',
  'short',
  'stale',
  'close',
  'zeros',
  'split',
];
const NOON = Date.UTC(2026, 5, 10, 12);

/**
 * A scene for each app; the meters live as long as the stack.
 * @param isBad lines and meters do all that goes wrong with them now and then, and P1 telegrams come by themselves
 */
export async function setScenes(
  brokers: Brokers,
  opened: AsyncDisposableStack,
  isBad = false,
): Promise<readonly Scene[]> {
  return [
    isBad ? await badDsmr(opened) : await dsmr(opened),
    await kamstrup(opened, isBad),
    await mbus(opened, isBad),
    await hoymiles(opened, isBad),
    await proxy(brokers, opened, isBad),
    await sender(brokers, opened),
  ];
}

async function dsmr(opened: AsyncDisposableStack): Promise<Scene> {
  const ports = opened.use(await servePorts(1));
  return {
    app: 'dsmr-bridge',
    config: () => ({ meters: ports.entries }),
    isReading: (topic) => topic === ports.topicOf(0),
    push: () => ports.tell(),
    tellsEach: true,
    perHour: 3_600,
  };
}

/** 100 times as fast as a meter of DSMR 5.0. */
async function badDsmr(opened: AsyncDisposableStack): Promise<Scene> {
  const settings = { version: '5.0', faults: P1_FAULTS, intervalMs: 10, seed: 1, tcp: HERE } as const;
  const port = opened.use(await servePort(settings));
  const address = `tcp://${HERE.host}:${port.tcpPort}`;
  return {
    app: 'dsmr-bridge',
    config: () => ({ ...RESTLESS, meters: [{ id: 'main', address }] }),
    isReading: (topic) => topic === 'meters/dsmr/main',
    push: null,
    tellsEach: true,
    perHour: 360_000,
  };
}

async function kamstrup(opened: AsyncDisposableStack, isBad: boolean): Promise<Scene> {
  const served = opened.use(
    await serveMeter({
      meter: new SimulatedMeter({ model: '403', serial: 84_968_362, sleepAfterMs: null }),
      tcp: HERE,
      isRealtime: false,
      hasEcho: false,
      latencyMs: 0,
      head: new FaultyHead(isBad ? KMP_FAULTS : [], seededRandom(1)),
    }),
  );
  const address = `tcp://${HERE.host}:${served.tcpPort}`;
  return {
    app: 'kamstrup-bridge',
    config: (interval) => ({
      ...(isBad && RESTLESS),
      meters: [{ id: 'heat', address, model: '403', interval }],
    }),
    isReading: (topic) => topic === 'meters/multical/heat',
    push: null,
    tellsEach: true,
    perHour: 12,
  };
}

async function mbus(opened: AsyncDisposableStack, isBad: boolean): Promise<Scene> {
  const slaves = slavesOfDescription(HEAT_METER);
  const line = opened.use(await serveLine({ slaves, tcp: HERE, faults: isBad ? MBUS_FAULTS : [] }));
  const address = `tcp://${HERE.host}:${line.tcpPort}`;
  return {
    app: 'mbus-gateway',
    config: (interval) => ({ ...(isBad && RESTLESS), meters: [{ id: 'heat', address, meter: 1, interval }] }),
    isReading: (topic) => topic === 'meters/mbus/heat',
    push: null,
    tellsEach: true,
    perHour: 4,
  };
}

async function hoymiles(opened: AsyncDisposableStack, isBad: boolean): Promise<Scene> {
  const [inverter] = usualInverters(1);
  const dtu = opened.use(
    await serveDtu({
      dtuSerial: '10f871600831',
      inverters: [{ ...inverter!, ports: 1 }],
      modbus: HERE,
      now: () => NOON + performance.now(),
      faults: isBad ? DTU_FAULTS : [],
    }),
  );
  const place = { host: HERE.host, port: dtu.modbusPort, protocol: 'modbus', cloud: false };
  return {
    app: 'hoymiles-bridge',
    config: (interval) => ({ ...(isBad && RESTLESS), meters: [{ id: 'roof', ...place, interval }] }),
    isReading: (topic) => topic === 'meters/hoymiles/roof',
    push: null,
    tellsEach: true,
    perHour: 60,
  };
}
