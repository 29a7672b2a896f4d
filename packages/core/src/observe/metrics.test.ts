import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Metrics, type MetricsSource } from './metrics.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no promtool');
if (!hasPromtool) console.warn('Skipping the check of metrics by Prometheus itself: there is no promtool');

const source: MetricsSource = {
  app: 'test-bridge',
  version: '1.2.3',
  startedMs: 1_770_000_000_000,
  isConnected: true,
  messages: { delivered: 10, refused: 1, dropped: 2, waiting: 3 },
  lines: [
    {
      id: 'bus',
      readings: 4,
      reports: new Map([['frame/checksum', 5]]),
      isWell: false,
      breaker: { state: 'closed', failures: 0 },
      polled: [{ id: 'cellar', breaker: { state: 'half-open', failures: 7 }, readMs: 1_250 }],
    },
  ],
  meters: [
    {
      id: 'a"b\\c\nd',
      isOnline: true,
      lastReadingMs: 1_770_000_001_500,
      values: [{ key: 'voltage', unit: 'V', number: 230.1 }],
      held: new Map([['energy', 6]]),
    },
  ],
};

describe('metrics', () => {
  it('tell how the bridge is and what the meters say, whatever a meter is called', async () => {
    const text = await new Metrics(() => source, { values: true }).text();
    for (const line of [
      'meterbridge_info{app="test-bridge",version="1.2.3"} 1',
      'meterbridge_broker_connected 1',
      'meterbridge_outbox_messages 3',
      'meterbridge_messages_delivered_total 10',
      'meterbridge_messages_refused_total 1',
      'meterbridge_messages_dropped_total 2',
      'meterbridge_held_values_total{meter="a\\"b\\\\c\\nd",parameter="energy"} 6',
      'meterbridge_readings_total{line="bus"} 4',
      'meterbridge_reports_total{line="bus",code="frame/checksum"} 5',
      'meterbridge_line_up{line="bus"} 0',
      'meterbridge_breaker_state{line="bus",meter=""} 0',
      'meterbridge_breaker_state{line="bus",meter="cellar"} 1',
      'meterbridge_failures_in_a_row{line="bus",meter="cellar"} 7',
      'meterbridge_read_seconds{line="bus",meter="cellar"} 1.25',
      'meterbridge_meter_online{meter="a\\"b\\\\c\\nd"} 1',
      'meterbridge_meter_last_reading_timestamp_seconds{meter="a\\"b\\\\c\\nd"} 1770000001.5',
      'meterbridge_value{meter="a\\"b\\\\c\\nd",parameter="voltage",unit="V"} 230.1',
      'process_start_time_seconds 1770000000',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^process_resident_memory_bytes \d{8,}$/m);
  });

  it('look at the bridge each time, and forget a meter that is gone', async () => {
    let now = source;
    const metrics = new Metrics(() => now, { values: true });
    await metrics.text();
    now = { ...source, meters: [] };
    expect(await metrics.text()).not.toContain('voltage');
  });

  it('leave the values out if told so', async () => {
    expect(await new Metrics(() => source, { values: false }).text()).not.toContain('meterbridge_value');
  });

  it.skipIf(!hasPromtool)('are what Prometheus expects', async () => {
    const input = await new Metrics(() => source, { values: true }).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});
