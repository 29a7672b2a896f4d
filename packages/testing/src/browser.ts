import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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

export type { Browser, Page } from 'playwright-core';

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
