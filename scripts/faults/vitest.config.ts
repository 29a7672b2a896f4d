import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The fault suite takes minutes and breaks containers: `pnpm test` leaves it alone, `pnpm test:faults` runs it. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: ['scripts/faults/*.suite.ts'],
    testTimeout: 240_000,
    hookTimeout: 600_000,
    disableConsoleIntercept: true,
  },
});
