import { createLogger } from '@meterbridge/core/observe';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NewMeters } from './new-meters.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('names new meters in the log, a hundred per minute at most', () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format: 'json' }, { write: (line) => lines.push(line) });
  const meters = new NewMeters(log);
  for (let number = 0; number < 150; number++) meters.heard(`METER${number}`, true);
  expect(lines).toHaveLength(100);
  expect(JSON.parse(lines[99]!)).toMatchObject({
    level: 'info',
    meter: 'METER99',
    msg: 'new meter, announced to Home Assistant',
  });
  vi.advanceTimersByTime(60_000);
  meters.heard('LATER', false);
  meters.heard('LATEST', false);
  const [later, latest] = lines.slice(100).map((line) => JSON.parse(line));
  expect(later).toMatchObject({ meter: 'LATER', more_since_last_line: 50, msg: 'new meter' });
  expect(latest).not.toHaveProperty('more_since_last_line');
});
