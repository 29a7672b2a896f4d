import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { HistoryAnswer, ValueStatus } from '../status.ts';
import { formatNumber } from './format.ts';
import { html } from './html.ts';

const RANGES = [
  { title: '1 h', words: 'last hour', ms: 3_600_000 },
  { title: '24 h', words: 'last 24 hours', ms: 86_400_000 },
  { title: '7 d', words: 'last 7 days', ms: 604_800_000 },
] as const;
type Range = (typeof RANGES)[number];
type Points = HistoryAnswer['points'];

const REFRESH_MS = 10_000;
const SHORTEST_MS = 300_000;
const HEIGHT = 220;
/** Between two times on the axis: they are shown without seconds. */
const INCREMENTS_S = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800];

interface PlotProps {
  readonly meter: string;
  readonly value: ValueStatus;
  readonly onClose: () => void;
}

/** How a value went: its mean as a line, its range as a band. */
export function Plot({ meter, value, onClose }: PlotProps) {
  const [range, setRange] = useState<Range>(RANGES[0]);
  const [points, failed] = useHistory(meter, value.key, range);
  const [pointed, setPointed] = useState<number | null>(null);
  const label = `${value.name}, ${range.words}`;
  const unit = value.unit ?? '';
  return html`<section class="plot" aria-label=${label}>
    <div class="plot-head">
      <h4>${value.name}</h4>
      <div class="ranges" role="group" aria-label="Time range">
        ${RANGES.map(
          (one) =>
            html`<button type="button" key=${one.title} aria-pressed=${one === range} aria-label=${one.words}
              onClick=${() => setRange(one)}>${one.title}</button>`,
        )}
      </div>
      <button type="button" class="close" aria-label="Close the plot" onClick=${onClose}>×</button>
    </div>
    <${Canvas} points=${points} range=${range} label=${label} onPoint=${setPointed} />
    <p class="plot-words">${failed ? 'The history cannot be had now.' : wordsOf(points, unit, pointed)}</p>
  </section>`;
}

function useHistory(meter: string, parameter: string, range: Range): readonly [Points | null, boolean] {
  const [points, setPoints] = useState<Points | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const query = new URLSearchParams({ meter, parameter, from: String(Date.now() - range.ms) });
      const answer = await fetchHistory(query);
      if (!isCurrent) return;
      if (answer) setPoints(answer.points);
      setFailed(!answer);
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [meter, parameter, range]);
  return [points, failed];
}

async function fetchHistory(query: URLSearchParams): Promise<HistoryAnswer | null> {
  try {
    const response = await fetch(`history?${query}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

interface CanvasProps {
  readonly points: Points | null;
  readonly range: Range;
  readonly label: string;
  readonly onPoint: (index: number | null) => void;
}

function Canvas({ points, range, label, onPoint }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(box, range, onPoint), columnsOf(points ?? []), box);
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height: HEIGHT }));
    sizes.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      sizes.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [range]);
  useEffect(() => {
    plot.current?.setData(columnsOf(points ?? []), false);
    plot.current?.setScale('x', spanOf(points ?? [], range));
  }, [points, range]);
  return html`<div class="canvas" ref=${place} role="img" aria-label=${label} data-points=${points?.length ?? 0}></div>`;
}

/** The range, or as much of it as there is history for. In seconds. */
function spanOf(points: Points, range: Range): { min: number; max: number } {
  const now = Date.now();
  const from = Math.min(points[0]?.[0] ?? 0, now - SHORTEST_MS);
  return { min: Math.max(from, now - range.ms) / 1000, max: now / 1000 };
}

function columnsOf(points: Points): uPlot.AlignedData {
  const column = (pick: (point: Points[number]) => number): number[] => points.map(pick);
  return [column(([ms]) => ms / 1000), column((p) => p[3]), column((p) => p[1]), column((p) => p[2])];
}

function optionsOf(box: HTMLElement, range: Range, onPoint: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--muted'), font: '12px system-ui, sans-serif' };
  const lines = { grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const edge = { stroke: 'transparent', points: { show: false } };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: { y: { range: (_, min, max) => spread(min, max) } },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    series: [{}, edge, edge, { stroke: colour('--accent'), width: 2 }],
    bands: [{ series: [1, 2], fill: colour('--band') }],
    axes: [
      {
        ...axis,
        ...lines,
        space: 60,
        incrs: INCREMENTS_S,
        values: (_, seconds) => seconds.map((second) => tick(second, range)),
      },
      { ...axis, ...lines, size: 60 },
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** A value that stays the same is drawn in the middle. */
function spread(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const pad = max > min ? (max - min) * 0.1 : Math.abs(max) * 0.05 || 1;
  return [min >= 0 && min < pad ? 0 : min - pad, max + pad];
}

function tick(second: number, range: Range): string {
  const time = new Date(second * 1000);
  return range.ms > 86_400_000
    ? time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    : time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function wordsOf(points: Points | null, unit: string, pointed: number | null): string {
  if (!points) return 'Loading…';
  if (points.length === 0) return 'No history yet: it is kept while the bridge runs.';
  const at = pointed === null ? undefined : points[pointed];
  if (at) {
    const [ms, min, mean, max] = at;
    const spread = min === max ? '' : ` (${formatNumber(min)} to ${formatNumber(max)})`;
    return `${new Date(ms).toLocaleString('sv')}: ${formatNumber(mean)} ${unit}${spread}`;
  }
  const min = points.reduce((low, point) => Math.min(low, point[1]), Number.POSITIVE_INFINITY);
  const max = points.reduce((high, point) => Math.max(high, point[3]), Number.NEGATIVE_INFINITY);
  const mean = points.reduce((sum, point) => sum + point[2], 0) / points.length;
  return `Lowest ${formatNumber(min)}, mean ${formatNumber(mean)}, highest ${formatNumber(max)} ${unit}`;
}
