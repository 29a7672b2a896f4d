import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

export type { Browser, Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Whether there is a browser to test pages in; prints why not.
 * @throws when there is none and `REQUIRE_CONTAINERS` is set
 */
export function hasBrowser(): boolean {
  if (existsSync(PROGRAM)) return true;
  if (process.env.REQUIRE_CONTAINERS)
    throw new Error(`REQUIRE_CONTAINERS is set, but there is no ${PROGRAM}`);
  console.warn(`Skipping the tests of the page: there is no ${PROGRAM}`);
  return false;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: FLAGS });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
  /** Addresses that the page asked. */
  readonly asked: readonly string[];
}

export interface PageLook {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export async function openPage(browser: Browser, url: string, look: PageLook = {}): Promise<OpenPage> {
  const { width = 1200, height = 900, colorScheme = 'light' } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  return { page, complaints, asked, [Symbol.asyncDispose]: () => context.close() };
}
