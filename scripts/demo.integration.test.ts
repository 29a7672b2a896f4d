import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

describe('pnpm demo', () => {
  it('shows values of every meter and ends cleanly on Ctrl-C', async () => {
    const demo = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    const wanted = new Set([
      /^\d\d:\d\d:\d\d meters\/dsmr\/dsmr_main {2}Power import \d+(?:\.\d+)? kW,/,
      /^\d\d:\d\d:\d\d meters\/dsmr\/dsmr_main_gas {2}Gas \d+\.\d{3} m³/,
      /^\d\d:\d\d:\d\d meters\/multical\/heat {2}Power [\d.]+ kW, Heat energy [\d.]+ GJ,/,
      /^\d\d:\d\d:\d\d meters\/mbus\/bus_\w+ {2}.*kWh/,
      /^\d\d:\d\d:\d\d meters\/hoymiles\/roof {2}PV power [\d.]+ W,/,
    ]);
    const exit = once(demo, 'exit');
    try {
      for await (const line of createInterface({ input: demo.stdout })) {
        lines.push(line);
        for (const pattern of wanted) if (pattern.test(line)) wanted.delete(pattern);
        if (wanted.size === 0) break;
      }
      expect(lines).toContainEqual(expect.stringMatching(/^Broker: {2}mqtt:\/\/127\.0\.0\.1:\d+/));
      demo.kill('SIGINT');
      expect(await exit).toEqual([0, null]);
    } finally {
      demo.kill('SIGKILL');
    }
  });
});
