import type { ValueStatus } from '../status.ts';
import { formatTime } from './format.ts';
import { html } from './html.ts';

/** Of an ISO 8601 time with its offset. */
const TIME_LENGTH = 25;

interface ValuesProps {
  readonly values: readonly ValueStatus[];
  /** Key of the value that is plotted. */
  readonly plotted: string | null;
  readonly onPlot: (key: string) => void;
}

/** The few values that matter most, large. */
export function Tiles({ values, plotted, onPlot }: ValuesProps) {
  return html`<div class="tiles">
    ${values.map(
      (
        value,
      ) => html`<button type="button" class="tile" key=${value.key} aria-pressed=${value.key === plotted}
        title="Show how it went" onClick=${() => onPlot(value.key)}>
        <span class="tile-name">${value.name}</span>
        <span class="tile-value"><${Text} value=${value} /> <small>${value.unit}</small></span>
      </button>`,
    )}
  </div>`;
}

export function ValueTable({ title, values, plotted, onPlot }: ValuesProps & { readonly title: string }) {
  return html`<table>
    <caption>${title}</caption>
    <tbody>
      ${values.map(
        (value) => html`<tr key=${value.key} class=${isShort(value) ? 'short' : ''}>
          <th scope="row"><${Name} value=${value} isPlotted=${value.key === plotted} onPlot=${onPlot} /></th>
          <td><${Text} value=${value} />${value.unit && html` <small>${value.unit}</small>`}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A number, a date or a time is never broken over two lines. */
function isShort({ numeric, text }: ValueStatus): boolean {
  return numeric || (text !== null && text.length <= TIME_LENGTH);
}

interface NameProps {
  readonly value: ValueStatus;
  readonly isPlotted: boolean;
  readonly onPlot: (key: string) => void;
}

function Name({ value, isPlotted, onPlot }: NameProps) {
  if (!value.numeric) return html`<span title=${value.key}>${value.name}</span>`;
  return html`<button type="button" class="link" title=${value.key} aria-pressed=${isPlotted}
    onClick=${() => onPlot(value.key)}>${value.name}</button>`;
}

/** Lights up for a moment when it changes. */
function Text({ value: { key, text } }: { readonly value: ValueStatus }) {
  if (text === null) return html`<span class="none" title="not told this time">–</span>`;
  return html`<span class="value" data-key=${key} key=${text}>${readable(text)}</span>`;
}

function readable(text: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return formatTime(text);
  if (!text.startsWith('[{')) return text;
  const rows: readonly object[] = JSON.parse(text);
  return rows
    .map((row) =>
      Object.values(row)
        .map((field) => readable(String(field)))
        .join(' · '),
    )
    .join('\n');
}
