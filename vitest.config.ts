import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Most tests wait for processes and brokers: one worker less than there are cores would wait with them.
    maxWorkers: 2,
    restoreMocks: true,
  },
});
