/** A curve of a plot. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  /** With its unit. */
  readonly y: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 880;
const HEIGHT = 360;
/** On the right there are the names of the curves. */
const [LEFT, RIGHT, TOP, BOTTOM] = [76, 280, 44, 52];
/** Told apart by those who see colours otherwise, too (Okabe and Ito), on light and on dark ground. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#6b4fa0'];
const DARK_COLOURS = ['#56b4e9', '#e69f00', '#2bc49a', '#e7a4cc', '#f0e442', '#b9a6ff'];
const MARKS = ['circle', 'square', 'diamond', 'triangle', 'bar', 'tip'] as const;

/** Both axes are logarithmic: a cost that grows as a power of x is a straight line. */
export function plotSvg({ title, x, y, curves }: Plot): string {
  const all = curves.flatMap(({ points }) => points);
  const across = axis(all.map((point) => point[0]));
  const up = axis(all.map((point) => point[1]));
  const left = (value: number): number => LEFT + across.part(value) * (WIDTH - LEFT - RIGHT);
  const top = (value: number): number => HEIGHT - BOTTOM - up.part(value) * (HEIGHT - TOP - BOTTOM);
  const grid = [
    ...across.ticks.map((tick) => line(left(tick), TOP, left(tick), HEIGHT - BOTTOM)),
    ...up.ticks.map((tick) => line(LEFT, top(tick), WIDTH - RIGHT, top(tick))),
  ];
  const labels = [
    text((LEFT + WIDTH - RIGHT) / 2, 22, title, 'middle', 'title'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x, 'middle'),
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...across.ticks.map((tick) => text(left(tick), HEIGHT - BOTTOM + 18, number(tick), 'middle')),
    ...up.ticks.map((tick) => text(LEFT - 8, top(tick) + 4, number(tick), 'end')),
  ];
  const drawn = curves.map(({ points }, at) =>
    curve(
      points.map(([px, py]) => [left(px), top(py)]),
      at,
    ),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">
${STYLE}
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
${[...grid, ...labels, ...drawn, ...legend(curves)].join('\n')}
</svg>
`;
}

const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.ground { fill: #ffffff; stroke: #d1d9e0; }
.grid { stroke: #d1d9e0; }
path { fill: none; stroke-width: 2; }
${COLOURS.map((colour, at) => `.c${at} { stroke: ${colour}; } .m${at} { fill: ${colour}; }`).join('\n')}
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.ground { fill: #0d1117; stroke: #3d444d; }
.grid { stroke: #30363d; }
${DARK_COLOURS.map((colour, at) => `.c${at} { stroke: ${colour}; } .m${at} { fill: ${colour}; }`).join('\n')}
}
</style>`;

interface Axis {
  readonly ticks: readonly number[];
  /** Where a value is between the ends: 0 to 1. */
  part(value: number): number;
}

/** Powers of ten around the values; where these lie close together, 2 and 5 times as much between them. */
function axis(values: readonly number[]): Axis {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const from = Math.floor(low + 1e-9);
  const to = Math.max(from + 1, Math.ceil(high - 1e-9));
  const steps = to - from > 2 ? [1] : [1, 2, 5];
  const decades = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  const ticks = decades.flatMap((decade) => steps.map((step) => step * 10 ** decade));
  return {
    ticks: ticks.filter((tick) => tick <= 10 ** to * 1.001),
    part: (value) => (Math.log10(value) - from) / (to - from),
  };
}

function curve(points: readonly (readonly [number, number])[], at: number): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return [`<path class="c${at}" d="${path}"/>`, ...points.map(([x, y]) => mark(x, y, at))].join('\n');
}

function legend(curves: readonly Curve[]): readonly string[] {
  if (curves.length < 2) return [];
  return curves.flatMap(({ name }, at) => [
    mark(WIDTH - RIGHT + 24, TOP + 16 + 22 * at, at),
    text(WIDTH - RIGHT + 38, TOP + 20 + 22 * at, name, 'start'),
  ]);
}

/** Each curve has a shape of its own, as colours do not tell everybody everything. */
function mark(x: number, y: number, at: number): string {
  const shapes: Readonly<Record<(typeof MARKS)[number], string>> = {
    circle: `<circle class="m${at}" cx="${round(x)}" cy="${round(y)}" r="4"/>`,
    square: `<rect class="m${at}" x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8"/>`,
    diamond: polygon(at, [x, y - 5.5], [x + 5.5, y], [x, y + 5.5], [x - 5.5, y]),
    triangle: polygon(at, [x, y - 5], [x + 5, y + 4], [x - 5, y + 4]),
    bar: `<rect class="m${at}" x="${round(x - 2)}" y="${round(y - 6)}" width="4" height="12"/>`,
    tip: polygon(at, [x, y + 5], [x + 5, y - 4], [x - 5, y - 4]),
  };
  return shapes[MARKS[at % MARKS.length]!];
}

function polygon(at: number, ...corners: readonly (readonly [number, number])[]): string {
  return `<polygon class="m${at}" points="${corners.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end',
  of?: string,
): string {
  const kind = of ? ` class="${of}"` : '';
  return `<text${kind} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function number(value: number): string {
  return value < 0.001 ? value.toExponential() : Number(value.toPrecision(2)).toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
