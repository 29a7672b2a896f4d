import type { BridgeStatus, LogStatus } from '../status.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';

export function Messages({ bridge }: { bridge: BridgeStatus }) {
  const { broker, messages } = bridge;
  const counts: readonly (readonly [string, number, boolean])[] = [
    ['delivered', messages.delivered, false],
    ['waiting', messages.waiting, !broker.connected && messages.waiting > 0],
    ['dropped', messages.dropped, messages.dropped > 0],
    ['refused', messages.refused, messages.refused > 0],
  ];
  return html`<section aria-labelledby="messages">
    <h2 id="messages">Messages</h2>
    <p>${broker.url} <span class="pill ${broker.connected ? 'on' : 'off'}">${broker.connected ? 'connected' : 'not connected'}</span></p>
    <dl class="counters">
      ${counts.map(([name, count, isBad]) => html`<div key=${name} class=${isBad ? 'bad' : ''}><dt>${name}</dt><dd>${formatCount(count)}</dd></div>`)}
    </dl>
  </section>`;
}

export function Log({ lines }: { lines: readonly LogStatus[] }) {
  return html`<section aria-labelledby="log">
    <h2 id="log">Log <small>newest first</small></h2>
    ${lines.length === 0 ? html`<p class="empty">Nothing yet.</p>` : html`<${LogLines} lines=${lines} />`}
  </section>`;
}

function LogLines({ lines }: { lines: readonly LogStatus[] }) {
  return html`<ol class="log" tabindex="0" aria-label="Last lines of the log">
      ${lines.toReversed().map(
        (
          { time, level, text, details, hint },
          at,
        ) => html`<li key=${`${time} ${lines.length - at}`} class=${level}>
          <time datetime=${time}>${new Date(time).toLocaleTimeString('en-GB')}</time>
          <span class="level">${level}</span>
          <span class="text">${text} <small>${details.join(' ')}</small>${hint && html`<span class="hint">${hint}</span>`}</span>
        </li>`,
      )}
    </ol>`;
}
