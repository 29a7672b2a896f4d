import { useState } from 'preact/hooks';
import type { LineStatus, MeterStatus } from '../status.ts';
import { ProblemText } from './banner.ts';
import { BreakerText } from './breaker.ts';
import { groups, headlines } from './choose.ts';
import { formatAge, formatSpan, formatTime } from './format.ts';
import { html } from './html.ts';
import { Plot } from './plot.ts';
import type { MeterView } from './store.ts';
import { Tiles, ValueTable } from './values.ts';

interface MeterCardProps {
  readonly view: MeterView;
  readonly line: LineStatus | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function MeterCard({ view, line, isOpen, onToggle }: MeterCardProps) {
  const { status } = view;
  const age = view.heardMs === null ? null : (performance.now() - view.heardMs) / 1000;
  const body = `meter-${status.id}`;
  const short = isOpen ? [] : headlines(status.values).slice(0, 2);
  return html`<article class="meter ${status.online ? '' : 'offline'}" aria-label=${status.name}>
    <h3>
      <button type="button" class="meter-head" aria-expanded=${isOpen} aria-controls=${body} onClick=${onToggle}>
        <span class="meter-name">${status.name}<small>${status.id}</small></span>
        ${short.map(({ key, text, unit }) => html`<span class="short" key=${key}>${text ?? '–'} <small>${unit}</small></span>`)}
        <span class="pill ${status.online ? 'on' : 'off'}">${status.online ? 'online' : 'offline'}</span>
        <span class="age">${age === null ? '–' : formatAge(age)}</span>
      </button>
    </h3>
    <div id=${body}>${isOpen && html`<${MeterBody} status=${status} line=${line} age=${age} />`}</div>
  </article>`;
}

function MeterBody({
  status,
  line,
  age,
}: {
  status: MeterStatus;
  line: LineStatus | undefined;
  age: number | null;
}) {
  const [plotted, setPlotted] = useState<string | null>(null);
  const onPlot = (key: string): void => setPlotted(key === plotted ? null : key);
  const large = headlines(status.values);
  const { everyday, details } = groups(status.values, large);
  const value = status.values.find(({ key }) => key === plotted);
  return html`
    ${!status.online && html`<${Trouble} status=${status} line=${line} age=${age} />`}
    <${Tiles} values=${large} plotted=${plotted} onPlot=${onPlot} />
    ${value && html`<${Plot} key=${plotted} meter=${status.id} value=${value} onClose=${() => setPlotted(null)} />`}
    ${
      everyday.length > 0 &&
      html`<div class="tables">
        ${everyday.map((group) => html`<${ValueTable} key=${group.title} ...${group} plotted=${plotted} onPlot=${onPlot} />`)}
      </div>`
    }
    ${
      details.length > 0 &&
      html`<details>
        <summary>Diagnostics and further values (${details.length})</summary>
        <${ValueTable} title="Diagnostics" values=${details} plotted=${plotted} onPlot=${onPlot} />
      </details>`
    }
    <${Identity} status=${status} />
  `;
}

/** Why the meter is offline, as far as is known. */
function Trouble({
  status,
  line,
  age,
}: {
  status: MeterStatus;
  line: LineStatus | undefined;
  age: number | null;
}) {
  const polled = line?.polled.find(({ id }) => id === status.polled);
  const failing = line?.problem ? line : polled;
  return html`<div class="trouble">
    <p><strong>Offline.</strong> ${
      age === null
        ? 'It has told nothing since the bridge started.'
        : `The last reading came ${formatSpan(age)} ago; the values below are from then.`
    }</p>
    ${
      failing?.problem
        ? html`<${ProblemText} problem=${failing.problem} /><${BreakerText} breaker=${failing} />`
        : html`<p class="hint">Its line works, but nothing of this meter arrives.</p>`
    }
  </div>`;
}

function Identity({ status }: { status: MeterStatus }) {
  const { manufacturer, model, serial_number, firmware, via, line, interval_s, time } = status;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Meter', [manufacturer, model].filter(Boolean).join(' ') || null],
    ['Serial number', serial_number],
    ['Firmware', firmware],
    ['Behind', via],
    ['Line', line],
    ['Interval', interval_s === null ? null : formatSpan(interval_s)],
    ['Time of reading', time && formatTime(time)],
  ];
  return html`<dl class="facts">
    ${facts.map(([name, text]) => text !== null && html`<div key=${name}><dt>${name}</dt><dd>${text}</dd></div>`)}
  </dl>`;
}
