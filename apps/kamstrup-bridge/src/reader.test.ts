import type { BridgeError } from '@meterbridge/core/errors';
import { FrameSplitter, KMP_LIMIT, scanKmp } from '@meterbridge/core/frames';
import { valueToPlain } from '@meterbridge/core/model';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { Exchange, type ExchangeTiming } from './exchange.ts';
import { profiles } from './meters/index.ts';
import { registersOf } from './protocol/registers.ts';
import { MeterReader } from './reader.ts';
import { SimulatedMeter } from './simulator/meter.ts';

/** As on a line that is much faster than a real one. */
const timing: ExchangeTiming = { answerMs: 50, gapMs: 50, restMs: 1, byteMs: 0.05, marginMs: 5 };

/** What becomes of the answer to the n-th request, counted from 0; null: nothing is sent. */
type Way = (answer: Uint8Array, request: number, bytes: Uint8Array) => Uint8Array | null;

const unharmed: Way = (answer) => answer;
const withoutCrc: Way = (answer) => {
  const damaged = answer.slice();
  damaged[damaged.length - 2]! ^= 0x20;
  return damaged;
};

interface Bench {
  readonly reader: MeterReader;
  readonly meter: SimulatedMeter;
  /** Requests so far, as they came. */
  readonly requests: readonly Uint8Array[];
  readonly reports: readonly BridgeError[];
  way: Way;
  read(): ReturnType<MeterReader['read']>;
}

async function onBench(parameters: readonly string[], check: (bench: Bench) => Promise<void>): Promise<void> {
  const [near, far] = linkPair();
  await using link = near;
  await using _other = far;
  const meter = new SimulatedMeter({ model: '403', serial: 84_968_362, sleepAfterMs: null });
  const requests: Uint8Array[] = [];
  const reports: BridgeError[] = [];
  const exchange = new Exchange(link, timing);
  const reader = new MeterReader({
    id: 'heat',
    profile: profiles['403'],
    registers: registersOf(parameters),
  });
  const bench: Bench = {
    reader,
    meter,
    requests,
    reports,
    way: unharmed,
    read: () => reader.read(exchange, { intervalMs: 300_000, report: (error) => reports.push(error) }),
  };
  void answering(far, meter, requests, (...args) => bench.way(...args)).catch(() => undefined);
  await check(bench);
}

async function answering(link: Link, meter: SimulatedMeter, requests: Uint8Array[], way: Way): Promise<void> {
  const splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  for (;;) {
    const chunk = await link.read({ timeoutMs: 10_000 });
    for (const { bytes } of chunk ? splitter.push(chunk) : []) {
      const answer = meter.answer(bytes, Date.now());
      const sent = answer && way(answer, requests.push(bytes) - 1, bytes);
      if (!answer) requests.push(bytes);
      if (sent) await link.write(sent, { timeoutMs: 1_000 });
    }
  }
}

const eight = profiles['403'].parameters;
const sixteen = [
  ...eight,
  'temp1xm3', 'temp2xm3', 'infoevent', 'maxflow_y', 'maxflowdate_y', 'maxflowDate_m', 'minflowDate_m', 'hourcounter',
]; // biome-ignore format: the second group

const keysOf = ({ values }: Awaited<ReturnType<Bench['read']>>) =>
  values.map(({ measurement }) => measurement.key);

describe('a meter', () => {
  it('is read in groups of eight and asked once who it is', () =>
    onBench(sixteen, async (bench) => {
      const reading = await bench.read();
      expect(reading.meter).toMatchObject({
        id: 'heat',
        type: 'multical',
        uniqueId: '84968362',
        serialNumber: '84968362',
        manufacturer: 'Kamstrup',
        model: 'MULTICAL 403',
        firmware: 'C2',
        intervalMs: 300_000,
      });
      expect(keysOf(reading)).toEqual(sixteen.map((name) => name.toLowerCase()));
      expect(bench.requests).toHaveLength(4);
      await bench.read();
      expect(bench.requests).toHaveLength(6);
      expect(bench.reports).toEqual([]);
    }));

  it('tells units and decimals as it means them, and no date where there is none', () =>
    onBench(['energy', 'temp1', 'flow', 'minflowDate_m', 'maxflowdate_y', 'e1highres'], async ({ read }) => {
      const { values } = await read();
      const told = Object.fromEntries(
        values.map(({ measurement: { key, unit }, value }) => [
          key,
          `${JSON.stringify(valueToPlain(value))} ${unit}`,
        ]),
      );
      expect(told).toMatchObject({
        energy: '305.341 GJ',
        flow: expect.stringMatching(/^\d+ L\/h$/),
        temp1: expect.stringMatching(/^\d\d\.\d\d °C$/),
        minflowdate_m: 'null null',
        maxflowdate_y: '"2024-01-15" null',
        e1highres: '84817000 Wh',
      });
    }));

  it('does not lose the others when one register is missing, and does not ask for it again', () =>
    onBench(sixteen, async (bench) => {
      bench.meter.lacking.add(74);
      expect(keysOf(await bench.read())).toEqual(
        sixteen.filter((name) => name !== 'flow').map((name) => name.toLowerCase()),
      );
      expect(bench.reports.map(({ code, facts }) => [code, facts.registers])).toEqual([
        ['meter/register-missing', [74]],
      ]);
      bench.meter.lacking.clear();
      expect(keysOf(await bench.read())).not.toContain('flow');
      expect(bench.reports).toHaveLength(1);
    }));

  it('that has told a register before is not taken to lack it', () =>
    onBench(eight, async (bench) => {
      await bench.read();
      // A valid answer without registers, as it comes late from a question about others.
      bench.way = (answer, request) =>
        request === 3 ? Uint8Array.of(0x40, 0x3f, 0x10, 0x07, 0x9a, 0x0d) : answer;
      await expect(bench.read()).rejects.toMatchObject({ code: 'meter/register-missing' });
      expect(bench.reports).toEqual([]);
      const { values } = await bench.read();
      expect(values.every(({ value }) => value !== null)).toBe(true);
    }));

  it('that has none of the registers says so', () =>
    onBench(['energy_test', 'cooling_energy'], async (bench) => {
      await expect(bench.read()).rejects.toMatchObject({ code: 'meter/register-missing' });
      await expect(bench.read()).rejects.toMatchObject({ code: 'meter/register-missing' });
      expect(bench.requests).toHaveLength(1 + 2);
    }));

  it('that is silent is asked three times in all, for one group', () =>
    onBench(sixteen, async (bench) => {
      bench.meter.fallAsleep();
      await expect(bench.read()).rejects.toMatchObject({ code: 'meter/no-answer' });
      expect(bench.requests).toHaveLength(3);
    }));

  it('is asked anew who it is after a silence', () =>
    onBench(eight, async (bench) => {
      await bench.read();
      expect(bench.requests).toHaveLength(3);
      bench.meter.fallAsleep();
      await expect(bench.read()).rejects.toMatchObject({ code: 'meter/no-answer' });
      bench.meter.wake();
      await bench.read();
      expect(bench.requests).toHaveLength(3 + 3 + 3);
    }));

  it('whose long answers are damaged is asked for half as much at a time', () =>
    onBench(sixteen, async (bench) => {
      await bench.read();
      const before = bench.requests.length;
      bench.way = (answer) => (answer.length > 60 ? withoutCrc(answer, 0, answer) : answer);
      const { values } = await bench.read();
      expect(values.map(({ measurement }) => measurement.key)).toHaveLength(16);
      expect(values.filter(({ value }) => value === null).map(({ measurement }) => measurement.key)).toEqual([
        'minflowdate_m',
      ]);
      expect(bench.requests.length - before).toBe(2 * (3 + 2));
      expect(bench.reports).toEqual([]);
    }));

  it('loses what is lost for good, and nothing else', () =>
    onBench(sixteen, async (bench) => {
      const { values: all } = await bench.read();
      // Whatever holds register 1004 never comes through.
      bench.way = (answer, _request, bytes) =>
        Buffer.from(bytes).includes(Buffer.of(0x03, 0xec)) ? withoutCrc(answer, 0, bytes) : answer;
      const { values } = await bench.read();
      expect(values).toHaveLength(all.length);
      const gone = values.filter(({ value }) => value === null).map(({ measurement }) => measurement.key);
      expect(gone).toEqual(['maxflowdate_y', 'maxflowdate_m', 'minflowdate_m', 'hourcounter']);
      expect(bench.reports.map(({ code, facts }) => [code, facts.registers])).toEqual([
        ['frame/checksum', [123, 138, 140, 1004]],
      ]);
    }));

  it('tells null, and never an old value, for a group that it was silent to', () =>
    onBench(sixteen, async (bench) => {
      await bench.read();
      bench.way = (answer, _request, bytes) => (bytes.includes(97) ? null : answer);
      const { values } = await bench.read();
      expect(values.slice(0, 8).every(({ value }) => value !== null)).toBe(true);
      expect(values.slice(8).every(({ value }) => value === null)).toBe(true);
      expect(bench.reports.map(({ code }) => code)).toEqual(['meter/no-answer']);
    }));

  it('publishes nothing of what was never answered', () =>
    onBench(sixteen, async (bench) => {
      bench.way = (answer, _request, bytes) => (bytes.includes(97) ? null : answer);
      expect(keysOf(await bench.read())).toEqual([...eight]);
    }));

  it('that does not know GetSerialNo is known by its register 1001', () =>
    onBench(eight, async (bench) => {
      bench.way = (answer, _request, bytes) => (bytes[2] === 0x02 || bytes[2] === 0x01 ? null : answer);
      const { meter } = await bench.read();
      expect(meter).toMatchObject({ uniqueId: '84968362', firmware: null });
    }));

  it('whose serial number comes damaged is not taken for another', () =>
    onBench(eight, async (bench) => {
      bench.way = (answer, _request, bytes) => (bytes[2] === 0x02 ? withoutCrc(answer, 0, bytes) : answer);
      await expect(bench.read()).rejects.toMatchObject({ code: 'frame/checksum' });
      bench.way = unharmed;
      expect((await bench.read()).meter.uniqueId).toBe('84968362');
    }));
});
