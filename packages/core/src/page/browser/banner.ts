import type { VNode } from 'preact';
import type { BridgeStatus, Problem } from '../status.ts';
import { formatSpan } from './format.ts';
import { html } from './html.ts';
import type { Store } from './store.ts';

const SHOWN = 6;

/** What a user wants to know first: is all well, and if not, what is wrong and what can be done. */
export function Banner({ store, bridge }: { store: Store; bridge: BridgeStatus }) {
  const { problems, warnings, broker } = bridge;
  if (store.link === 'lost') return html`<${Lost} store=${store} />`;
  const tone = problems.length === 0 ? 'well' : 'wrong';
  return html`<section class="banner ${tone}" aria-labelledby="state">
    <div role="status"><h2 id="state">${problems.length === 0 ? 'All is well' : countOf(problems.length)}</h2></div>
    ${problems.length === 0 ? html`<p>${summary(store)}</p>` : html`<${ProblemList} problems=${problems} />`}
    ${warnings.map((problem) => html`<div key=${problem.what} class="warn"><${ProblemText} problem=${problem} /></div>`)}
    ${broker.insecure && html`<p class="warn">The identity of the broker is not checked (mqtt.tls.insecure).</p>`}
  </section>`;
}

function Lost({ store }: { store: Store }) {
  const age = (performance.now() - store.heardMs) / 1000;
  return html`<section class="banner wrong" aria-labelledby="state">
    <div role="status"><h2 id="state">No connection to the bridge</h2></div>
    <p>What you see is ${formatSpan(age)} old. Trying again…</p>
  </section>`;
}

function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const more = problems.length - SHOWN;
  return html`<ul class="problems">
    ${problems.slice(0, SHOWN).map((problem) => html`<li key=${problem.what}><${ProblemText} problem=${problem} /></li>`)}
    ${more > 0 && html`<li>… and ${more} more</li>`}
  </ul>`;
}

export function ProblemText({ problem }: { problem: Problem }): VNode {
  const { what, code, hint } = problem;
  return html`<div class="problem">
    <p>${what}${code && html` <code>${code}</code>`}</p>
    ${hint && html`<p class="hint">${hint}</p>`}
  </div>` as VNode;
}

function countOf(count: number): string {
  return count === 1 ? 'Something is wrong' : `${count} things are wrong`;
}

function summary({ meters, bridge, isWithoutMeters }: Store): string {
  if (isWithoutMeters) return bridge?.broker.connected ? 'The broker takes every message.' : 'No broker.';
  const online = [...meters.values()].filter(({ status }) => status.online).length;
  const broker = bridge?.broker.connected ? 'the broker takes every message' : 'no broker';
  return `${online} ${online === 1 ? 'meter' : 'meters'} online, ${broker}.`;
}
