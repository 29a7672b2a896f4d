/** A panel of a dashboard: what is drawn, and in which of Grafana's units. */
interface Panel {
  readonly title: string;
  readonly expr: string;
  /** What a line is called. */
  readonly legend: string;
  readonly unit?: string;
  /** The last value counts, not its course. */
  readonly isNow?: true;
}

/** @param which label that chooses the apps */
function general(which: string): readonly Panel[] {
  return [
    { title: 'Meters that are offline', expr: `meterbridge_meter_online{${which}} == 0`, legend: '{{app}} {{meter}}', isNow: true },
    { title: 'Readings per second', expr: `sum by (app) (rate(meterbridge_readings_total{${which}}[2m]))`, legend: '{{app}}' },
    { title: 'Messages that wait', expr: `meterbridge_outbox_messages{${which}}`, legend: '{{app}}' },
    { title: 'Messages lost', expr: `increase(meterbridge_messages_dropped_total{${which}}[5m])`, legend: '{{app}}' },
    { title: 'Messages refused', expr: `increase(meterbridge_messages_refused_total{${which}}[5m])`, legend: '{{app}}' },
    { title: 'Reports per minute', expr: `sum by (app, code) (60 * rate(meterbridge_reports_total{${which}}[5m]))`, legend: '{{app}} {{code}}' },
    { title: 'Memory', expr: `process_resident_memory_bytes{${which}}`, legend: '{{app}}', unit: 'bytes' },
    { title: 'Processor', expr: `rate(process_cpu_seconds_total{${which}}[2m])`, legend: '{{app}}', unit: 'percentunit' },
  ]; // biome-ignore format: a table
}

const OVERVIEW: readonly Panel[] = [
  { title: 'Bridges', expr: 'up{job="meterbridge"}', legend: '{{app}}', isNow: true },
  { title: 'Broker', expr: 'meterbridge_broker_connected', legend: '{{app}}', isNow: true },
  ...general('job="meterbridge"'),
];

/** What meters tell of themselves, by app: title, parameters, unit. */
const VALUES: Readonly<Record<string, readonly (readonly [title: string, keys: string, unit: string])[]>> = {
  'dsmr-bridge': [
    ['Power', 'current_electricity_usage|current_electricity_delivery', 'kwatt'],
    ['Energy', 'electricity_active_(import|export)_total', 'kwatth'],
    ['Voltage', 'instantaneous_voltage_l[123]', 'volt'],
    ['Gas and water', 'gas_reading|water_reading', 'm3'],
  ],
  'kamstrup-bridge': [
    ['Power', 'power', 'kwatt'],
    ['Temperatures', 'temp.*', 'celsius'],
    ['Flow', 'flow', 'litreh'],
    ['Energy', 'energy', 'none'],
  ],
  'mbus-gateway': [
    ['Power', 'power.*', 'none'],
    ['Temperatures', '.*temperature.*', 'celsius'],
    ['Energy', 'energy.*', 'none'],
    ['Volume', 'volume.*', 'm3'],
  ],
  'hoymiles-bridge': [
    ['Power', 'pv_power|power', 'watt'],
    ['Production today', 'today_production', 'kwatth'],
    ['Temperature', 'temperature', 'celsius'],
    ['Voltage of the grid', 'grid_voltage.*', 'volt'],
  ],
  'kpm33b-proxy': [],
  'kpm33b-config-sender': [],
};

/** Dashboards of Grafana, by the name of their file: one of everything, and one of each app. */
export function dashboards(): ReadonlyMap<string, string> {
  const all = new Map([['overview', dashboardOf('overview', 'Meterbridge', OVERVIEW)]]);
  for (const [app, values] of Object.entries(VALUES))
    all.set(app, dashboardOf(app, app, panelsOf(app, values)));
  return all;
}

function panelsOf(app: string, values: (typeof VALUES)[string]): readonly Panel[] {
  const own = values.map(
    ([title, keys, unit]): Panel => ({
      title,
      expr: `meterbridge_value{app="${app}",parameter=~"${keys}"}`,
      legend: '{{meter}} {{parameter}}',
      unit,
    }),
  );
  return [...own, ...general(`app="${app}"`)];
}

const WIDTH = 12;
const HEIGHT = 8;

function dashboardOf(uid: string, title: string, panels: readonly Panel[]): string {
  const dashboard = {
    uid: `meterbridge-${uid}`,
    title,
    tags: ['meterbridge'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      title: panel.title,
      type: panel.isNow ? 'stat' : 'timeseries',
      datasource: { type: 'prometheus', uid: 'prometheus' },
      gridPos: { x: WIDTH * (index % 2), y: HEIGHT * Math.floor(index / 2), w: WIDTH, h: HEIGHT },
      targets: [{ refId: 'A', expr: panel.expr, legendFormat: panel.legend }],
      fieldConfig: { defaults: { unit: panel.unit ?? 'short' }, overrides: [] },
    })),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
