import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Broker,
  type Browser,
  freePort,
  hasBrowser,
  openPage,
  startApp,
  startBroker,
  startBrowser,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeConfig, type TcpMeter, tcpMeter, telegram } from './bridge.fixture.ts';

const isPossible = hasBrowser();
const WAIT = { timeout: 15_000 };
let broker: Broker;
let browser: Browser;
beforeAll(async () => {
  if (!isPossible) return;
  broker = await startBroker();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await broker?.[Symbol.asyncDispose]();
});

/** A bridge that has had one telegram, and the address of its page. */
async function startBridge(meter: TcpMeter, port: number, keys: object = {}, sections: object = {}) {
  const config = {
    ...bridgeConfig(broker.url, `tcp://127.0.0.1:${meter.tcpPort}`, keys),
    http: { port },
    ...sections,
  };
  const app = await startApp('dsmr-bridge', ['run'], { config });
  await meter.connected();
  meter.send(telegram('00.196'));
  await app.log(({ msg }) => msg === 'connected to the broker');
  await app.log(({ msg }) => msg === 'readings arrive');
  return app;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}/`;
const POWER = '.tile [data-key=current_electricity_usage]';

describe.skipIf(!isPossible)('the status page', () => {
  it('says that all is well, and values change while one looks on', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter, port);
    await using open = await openPage(browser, urlOf(port));
    const { page, complaints, asked } = open;
    await page.getByRole('heading', { name: 'All is well' }).waitFor(WAIT);
    await page.locator(POWER, { hasText: '0.196' }).waitFor(WAIT);
    meter.send(telegram('01.234', '260131130501W'));
    await page.locator(POWER, { hasText: '1.234' }).waitFor(WAIT);
    await page.locator('.facts', { hasText: '2026-01-31 13:05:01' }).waitFor(WAIT);
    expect(await page.locator('.tile', { hasText: 'Gas' }).textContent()).toContain('9916.665 m³');
    // It needs nothing but its bridge, and nothing that the content security policy forbids.
    expect(new Set(asked.map((url) => new URL(url).origin))).toEqual(new Set([`http://127.0.0.1:${port}`]));
    expect(complaints).toEqual([]);
  });

  it('has the landmarks, headings and names that a screen reader goes by', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter, port);
    await using open = await openPage(browser, urlOf(port));
    const { page } = open;
    await page.getByRole('article', { name: 'House' }).waitFor(WAIT);
    for (const role of ['banner', 'main', 'contentinfo'] as const)
      expect([role, await page.getByRole(role).count()]).toEqual([role, 1]);
    expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['dsmr-bridge']);
    const sections = ['All is well', 'Meters 2', 'Messages', 'Lines 1', 'Log newest first'];
    for (const name of sections)
      expect([name, await page.getByRole('region', { name }).count()]).toEqual([name, 1]);
    const nameless =
      "[...document.querySelectorAll('button')].filter((one) => !one.textContent.trim()).length";
    expect(await page.evaluate(nameless)).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('is used with the keyboard alone, and shows how a value went', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter, port);
    await using open = await openPage(browser, urlOf(port));
    const { page, complaints } = open;
    await page.locator(POWER, { hasText: '0.196' }).waitFor(WAIT);
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.className');
    for (let step = 0; step < 10 && (await focused()) !== 'tile'; step++) await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.locator('.canvas[data-points="1"]').waitFor(WAIT);
    await page.getByText('Lowest 0.196, mean 0.196, highest 0.196 kW').waitFor(WAIT);
    expect(await page.locator('.canvas canvas').count()).toBe(1);
    await page.getByRole('button', { name: 'last 7 days' }).click();
    await page.getByRole('img', { name: 'Power import, last 7 days' }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Close the plot' }).click();
    expect(await page.locator('.canvas').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows a meter that is gone as such, why, and what can be done', async () => {
    const port = await freePort();
    const meter = await tcpMeter();
    await using _app = await startBridge(meter, port, { expire_after: '1s' });
    await using open = await openPage(browser, urlOf(port));
    const { page, complaints } = open;
    await page.getByRole('heading', { name: 'All is well' }).waitFor(WAIT);
    await meter[Symbol.asyncDispose]();
    const house = page.getByRole('article', { name: 'House' });
    await house.getByText('Offline.').waitFor(WAIT);
    await house.getByText('link/refused').waitFor(WAIT);
    await house.getByText('Check host and port').waitFor(WAIT);
    await page.getByRole('heading', { name: 'Something is wrong' }).waitFor(WAIT);
    expect(await house.locator('.pill').textContent()).toBe('offline');
    expect(complaints).toEqual([]);
  });

  it.each([
    ['cannot be written', '/proc/bridge.db', undefined, 'Until then readings are kept in memory'],
    [
      'was damaged and moved aside',
      undefined,
      'no database at all'.repeat(1_000),
      'Usually after a power failure',
    ],
  ])('warns that the store %s, though all is well', async (_, path, content, words) => {
    const port = await freePort();
    await using meter = await tcpMeter();
    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    const file = path ?? join(folder, 'bridge.db');
    if (content) writeFileSync(file, content);
    try {
      await using _app = await startBridge(meter, port, {}, { store: { path: file } });
      await using open = await openPage(browser, urlOf(port));
      const { page, complaints } = open;
      await page.getByRole('heading', { name: 'All is well' }).waitFor(WAIT);
      await page.locator('.banner .warn', { hasText: words }).waitFor(WAIT);
      expect(complaints).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says when the bridge itself is gone, and goes on when it is back', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    const app = await startBridge(meter, port);
    await using open = await openPage(browser, urlOf(port));
    const { page } = open;
    await page.getByText('Live', { exact: true }).waitFor(WAIT);
    await app[Symbol.asyncDispose]();
    await page.getByRole('heading', { name: 'No connection to the bridge' }).waitFor(WAIT);
    await using _again = await startBridge(meter, port);
    await page.getByText('Live', { exact: true }).waitFor(WAIT);
    meter.send(telegram('02.500', '260131130502W'));
    await page.locator(POWER, { hasText: '2.500' }).waitFor(WAIT);
  });

  it('fits a phone, and is dark where the user wants it', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter, port);
    const brightness = async (colorScheme: 'light' | 'dark'): Promise<number> => {
      await using open = await openPage(browser, urlOf(port), { width: 320, height: 640, colorScheme });
      const { page, complaints } = open;
      await page.locator('.tile', { hasText: 'Power import' }).click(WAIT);
      for (const name of ['Diagnostics', 'Last frames']) await page.getByText(name).first().click();
      await page.locator('.frames summary').first().click(WAIT);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(complaints).toEqual([]);
      const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      return Number(/\d+/.exec(String(colour))?.[0]);
    };
    expect(await brightness('light')).toBeGreaterThan(200);
    expect(await brightness('dark')).toBeLessThan(60);
  });

  it('shows the last frames: what came of them, or why nothing did', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    await using _app = await startBridge(meter, port);
    const broken = telegram('00.300');
    broken[40] = 0x39;
    meter.send(broken);
    await using open = await openPage(browser, urlOf(port));
    const { page } = open;
    await page.getByText('Last frames').click(WAIT);
    const frames = page.locator('.frames > li');
    await frames.filter({ hasText: 'frame/checksum' }).waitFor(WAIT);
    const good = frames.filter({ hasText: /House: \d+ values, Gas meter: \d+ values/ });
    await good.locator('summary').click();
    await good.locator('pre', { hasText: '2f49534b355c324d353530542d31303132' }).waitFor(WAIT);
    await page.getByRole('article', { name: 'dsmr_main' }).getByText('1 ×').waitFor(WAIT);
  });

  it('takes nothing that a meter or a file says for more than text', async () => {
    const port = await freePort();
    await using meter = await tcpMeter();
    const evil = '</script><img src=x onerror=alert(1)>';
    await using _app = await startBridge(meter, port, { name: evil });
    await using open = await openPage(browser, urlOf(port));
    const { page, complaints } = open;
    await page.getByRole('article', { name: evil }).waitFor(WAIT);
    expect(await page.locator('img, body script ~ script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
