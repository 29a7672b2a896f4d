import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dashboards } from './dashboards.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'deploy/monitoring');
const RULES = join(FOLDER, 'rules.yml');

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no promtool');
if (!hasPromtool) console.warn('Skipping the tests of the monitoring: there is no promtool');

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

/** Has Prometheus look at a file that is made for it. JSON is YAML. */
function withFile(content: object, look: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    const file = join(folder, 'made.yml');
    writeFileSync(file, JSON.stringify(content));
    look(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const expressions = Array.from(dashboards().values(), (text) => JSON.parse(text)).flatMap(
  ({ panels }: { panels: { targets: { expr: string }[] }[] }) =>
    panels.map(({ targets }) => targets[0]!.expr),
);

describe.skipIf(!hasPromtool)('the monitoring', () => {
  it('is what Prometheus takes', () => {
    expect(promtool('check', 'config', join(FOLDER, 'prometheus.yml'))).toMatch(/8 rules found/);
  });

  it('asks in its dashboards what Prometheus understands', () => {
    const rules = expressions.map((expr, index) => ({ record: `panel_${index}`, expr }));
    withFile({ groups: [{ name: 'panels', rules }] }, (file) => {
      expect(promtool('check', 'rules', file)).toContain(`${rules.length} rules found`);
    });
  });

  it.each([
    ['MeterOffline', 'meterbridge_meter_online{app="a",meter="m"}', '1 1 0x10', '6m', '12m'],
    ['LineDown', 'meterbridge_line_up{app="a",line="l"}', '1 1 0x10', '6m', '12m'],
    ['BrokerAway', 'meterbridge_broker_connected{app="a"}', '1 1 0x10', '3m', '8m'],
    ['BridgeDown', 'up{job="meterbridge",app="a"}', '1 1 0x10', '3m', '8m'],
    ['OutboxGrowing', 'meterbridge_outbox_messages{app="a"}', '0+200x40', '10m', '30m'],
    ['MessagesLost', 'meterbridge_messages_dropped_total{app="a"}', '0x5 3x20', '4m', '8m'],
    ['MessagesRefused', 'meterbridge_messages_refused_total{app="a"}', '0x5 3x20', '4m', '8m'],
    [
      'ConfigurationNotTaken',
      'meterbridge_reports_total{app="kpm33b-config-sender",code="timeout"}',
      '1x20 2x20',
      '18m',
      '24m',
    ],
    [
      'ConfigurationNotTaken',
      'meterbridge_reports_total{app="kpm33b-config-sender",code="timeout"}',
      '_x5 1x20',
      '4m',
      '8m',
    ],
  ])('tells of %s, and not before its time', (alert, series, values, quiet, loud) => {
    const at = (time: string) => [{ eval_time: time, alertname: alert }];
    const test = (tests: object) => ({
      rule_files: [RULES],
      tests: [{ interval: '1m', input_series: [{ series, values }], ...tests }],
    });
    withFile(test({ alert_rule_test: at(quiet) }), (file) => promtool('test', 'rules', file));
    // Without expected alerts it fails because there is one.
    withFile(test({ alert_rule_test: at(loud) }), (file) => {
      expect(() => promtool('test', 'rules', file)).toThrow(`alertname="${alert}"`);
    });
  });

  it('uses metrics that there are', () => {
    const told = readFileSync(join(ROOT, 'packages/core/src/observe/metrics.ts'), 'utf8');
    const used = [...expressions, readFileSync(RULES, 'utf8')].join('\n').match(/meterbridge_[a-z_]+/g);
    for (const name of new Set(used)) expect(told).toContain(`'${name}'`);
  });
});
