import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasBrowser, openPage, startBrowser } from '@meterbridge/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Decimal } from '../codec/index.ts';
import { bridgeConfig, meterBase } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Measurement, Meter, Reading } from '../model/index.ts';
import { createLogger, LogTail } from '../observe/index.ts';
import type { BridgeStatus, HistoryAnswer } from '../page/index.ts';
import { sleep } from '../time/index.ts';
import { Bridge } from './bridge.ts';
import { pollMeters } from './poll.ts';
import type { Source } from './source.ts';

const power: Measurement = {
  key: 'power',
  name: 'Power',
  unit: 'kW',
  deviceClass: 'power',
  stateClass: 'measurement',
};
const total: Measurement = { key: 'total', name: 'Energy total', unit: 'kWh', deviceClass: 'energy' };
const note: Measurement = { key: 'note', name: 'Note', unit: null, diagnostic: true };
const TURN_MS = 100;

function meterOf(number: number): Meter {
  return {
    id: `meter_${number}`,
    type: 'test',
    name: `Meter ${number}`,
    uniqueId: String(number),
    serialNumber: `S${number}`,
    manufacturer: 'Maker',
    model: null,
    firmware: null,
    via: null,
    intervalMs: null,
  };
}

/** So many meters on one line that each tell something new in each turn. */
function sourceOf(count: number): Source<{ readonly id: string }> {
  const meters = Array.from({ length: count }, (_, number) => meterOf(number));
  return async function* ({ signal, report, frame }) {
    report(new BridgeError('frame/checksum', 'one byte is wrong'));
    frame({ bytes: Uint8Array.of(1, 2, 0xff), decoded: 'three bytes' });
    for (let turn = 0; ; turn++) {
      for (const meter of meters) yield readingOf(meter, turn);
      await sleep(TURN_MS, signal);
    }
  };
}

function readingOf(meter: Meter, turn: number): Reading {
  return {
    meter,
    time: { epochMs: Date.UTC(2026, 0, 31, 12), offsetMinutes: 60 },
    values: [
      { measurement: power, value: new Decimal(turn, 1) },
      { measurement: total, value: new Decimal(9_007_199_254_740_993_000n, 3) },
      { measurement: note, value: turn === 0 ? '<b>first & "only"</b>' : null },
    ],
  };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bridges: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.stop();
});

/** @param source of the line; by default one that tells by itself */
async function start(count: number, source: Source<{ readonly id: string }> = sourceOf(count)) {
  const port = await freePort();
  const config = bridgeConfig({ meter: z.strictObject(meterBase) });
  const definition = {
    name: 'test-bridge',
    summary: 'A test.',
    config,
    example: { mqtt: { url: 'mqtt://localhost' }, meters: [{ id: 'bus' }] },
    entries: () => [{ id: 'bus' }],
    source,
  };
  const tail = new LogTail();
  const log = createLogger({ level: 'info', format: 'json' }, { write: () => undefined }, (line) =>
    tail.add(line),
  );
  // Nobody listens there: how a bridge without a broker looks.
  const settings = {
    mqtt: { url: 'mqtt://127.0.0.1:9' },
    http: { port },
    // What waits for the broker would go on waiting in the next test.
    store: { path: join(folder, `${port}.db`) },
    meters: [{ id: 'bus' }],
    breaker: { failures: 2 },
  };
  const bridge = new Bridge(definition, config.parse(settings), log, tail);
  bridges.push(bridge);
  await bridge.start();
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  while ((JSON.parse((await get('/status')).text) as BridgeStatus).meters.length < count) await sleep(20);
  return { url, get };
}

/** A line on which two meters are asked, of which the second answers once and never again. */
const halfDead: Source<{ readonly id: string }> = (context) => {
  const turns = new Map<string, number>();
  const entries = [0, 1].map((number) => ({ id: String(number), interval: TURN_MS }));
  return pollMeters(context, entries, async ({ id }) => {
    const turn = turns.get(id) ?? 0;
    turns.set(id, turn + 1);
    if (id === '1' && turn > 0) throw new BridgeError('meter/silent', 'no answer');
    return [readingOf(meterOf(Number(id)), turn)];
  });
};

describe('what a bridge shows', () => {
  it('tells in /status all there is to know, with every digit', async () => {
    const { get } = await start(1);
    while (!(await get('/health')).text.includes('mqtt/unreachable')) await sleep(20);
    const { text } = await get('/status');
    expect(text).toContain('"value":9007199254740993.000,');
    const status: BridgeStatus = JSON.parse(text);
    expect(status).toMatchObject({
      app: 'test-bridge',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      healthy: false,
      problems: [{ code: 'mqtt/unreachable', hint: expect.any(String) }],
      broker: { url: 'mqtt://127.0.0.1:9', connected: false, insecure: false },
      messages: { delivered: 0, dropped: 0, refused: 0 },
      lines: [{ id: 'bus', problem: null, reports: { 'frame/checksum': 1 } }],
      meters: [
        {
          id: 'meter_0',
          name: 'Meter 0',
          line: 'bus',
          serial_number: 'S0',
          online: true,
          time: '2026-01-31T13:00:00+01:00',
          values: [
            { key: 'power', name: 'Power', unit: 'kW', numeric: true },
            { key: 'total', text: '9007199254740993.000' },
            { key: 'note', diagnostic: true },
          ],
        },
      ],
    });
    expect(status.log).toContainEqual(
      expect.objectContaining({ text: 'meter online', details: ['meter=meter_0'] }),
    );
  });

  it('is unhealthy and not ready without a broker, and says why', async () => {
    const { get } = await start(1);
    while (!(await get('/health')).text.includes('mqtt/unreachable')) await sleep(20);
    const health = await get('/health');
    expect([health.status, JSON.parse(health.text).healthy]).toEqual([503, false]);
    expect(await get('/ready')).toEqual({ status: 503, text: '{"ready":false}\n' });
  });

  it('tells of each meter that is asked how it is doing, and says once what is wrong', async () => {
    const { get } = await start(2, halfDead);
    while (!(await get('/health')).text.includes('meter/silent')) await sleep(20);
    while (!(await get('/status')).text.includes('"open"')) await sleep(20);
    const status: BridgeStatus = JSON.parse((await get('/status')).text);
    const failing = { state: 'open', failures: 2, problem: { code: 'meter/silent' } };
    const well = { state: 'closed', failures: 0, problem: null, retry_at: null };
    expect(status.lines).toMatchObject([
      {
        id: 'bus',
        ...well,
        polled: [
          { id: '0', ...well },
          { id: '1', ...failing },
        ],
      },
    ]);
    expect(Date.parse(status.lines[0]!.polled[1]!.retry_at!)).toBeGreaterThan(Date.now() + 30_000);
    expect(status.meters).toMatchObject([
      { id: 'meter_0', polled: '0', online: true },
      { id: 'meter_1', polled: '1', online: false },
    ]);
    const { problems } = JSON.parse((await get('/health')).text);
    // Besides the broker that is not there.
    expect(problems.slice(1)).toMatchObject([{ what: '1: no answer', code: 'meter/silent' }]);
    const metrics = (await get('/metrics')).text.split('\n');
    expect(metrics).toContain('meterbridge_breaker_state{line="bus",meter="0"} 0');
    expect(metrics).toContain('meterbridge_breaker_state{line="bus",meter="1"} 2');
  });

  it('has a history, and says what is wrong with a question', async () => {
    const { get } = await start(1);
    const answer: HistoryAnswer = JSON.parse((await get('/history?meter=meter_0&parameter=power')).text);
    expect(answer).toMatchObject({ meter: 'meter_0', parameter: 'power' });
    expect(answer.points[0]).toHaveLength(4);
    for (const [query, status] of [
      ['', 400],
      ['?meter=meter_0', 400],
      ['?meter=meter_0&parameter=power&from=yesterday', 400],
      ['?meter=meter_0&parameter=power&from=2026-01-02T00:00Z&to=2026-01-01T00:00Z', 400],
      ['?meter=meter_0&parameter=power&from=2026-01-01T00:00Z', 200],
      ['?meter=meter_0&parameter=__proto__', 404],
      ['?meter=nobody&parameter=power', 404],
    ] as const)
      expect([query, (await get(`/history${query}`)).status]).toEqual([query, status]);
  });

  it('shows the last frames of a line', async () => {
    const { get } = await start(1);
    const { frames } = JSON.parse((await get('/frames?line=bus')).text);
    expect(frames).toEqual([
      { time: expect.stringMatching(/^\d{4}-.*Z$/), hex: '0102ff', decoded: 'three bytes', problem: null },
    ]);
    expect((await get('/frames?line=nobody')).status).toBe(404);
  });

  it('tells what changes as events', async () => {
    const { url } = await start(2);
    const abort = new AbortController();
    const response = await fetch(`${url}/events`, { signal: abort.signal });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('event: values') && text.includes('event: state')) break;
    }
    const [, json = ''] = /event: values\ndata: (.*)\n/.exec(text) ?? [];
    expect(JSON.parse(json)).toMatchObject([
      { id: 'meter_0', texts: { power: expect.stringMatching(/^\d+\.\d$/), note: null } },
      { id: 'meter_1' },
    ]);
    abort.abort();
  });

  it('stops while somebody looks on', async () => {
    const { url } = await start(1);
    const response = await fetch(`${url}/events`);
    await bridges.splice(0)[0]!.stop();
    await expect(response.text()).rejects.toThrow();
  });
});

describe.skipIf(!hasBrowser())('the page of a bridge with a thousand meters', () => {
  it('shows some, finds any, and opens one', { timeout: 60_000 }, async () => {
    const { url } = await start(1_000);
    const browser = await startBrowser();
    try {
      await using open = await openPage(browser, url);
      const { page, complaints } = open;
      await page.getByText('Page 1 of 40').waitFor();
      expect(await page.locator('.meter').count()).toBe(25);
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('article', { name: 'Meter 25', exact: true }).waitFor();
      await page.getByRole('searchbox', { name: 'Search' }).fill('s777');
      const found = page.getByRole('article', { name: 'Meter 777' });
      await found.waitFor();
      expect(await page.locator('.meter').count()).toBe(1);
      await found.getByRole('button', { expanded: false }).click();
      await found.locator('.tile', { hasText: 'Energy total' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(!hasBrowser())('the page of a line on which a meter is dead', () => {
  it('shows why the meter is offline, and when it is tried again', async () => {
    const { url, get } = await start(2, halfDead);
    while (!(await get('/status')).text.includes('"open"')) await sleep(20);
    const browser = await startBrowser();
    try {
      await using open = await openPage(browser, url);
      const { page, complaints } = open;
      const card = page.getByRole('article', { name: 'Meter 1', exact: true });
      await card.getByText('Offline.').waitFor();
      await card.getByText('meter/silent').waitFor();
      await card.getByText(/Breaker open: failed 2 × in a row, left alone for \d+ s/).waitFor();
      await page
        .getByRole('article', { name: 'bus' })
        .getByText(/left alone for/)
        .waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
