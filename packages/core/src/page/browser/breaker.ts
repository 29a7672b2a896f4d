import type { BreakerStatus } from '../status.ts';
import { formatCount, formatSpan } from './format.ts';
import { html } from './html.ts';

const STATES = { closed: 'tried again', open: 'left alone', 'half-open': 'being tried' };

/** How often it has failed, and when it is tried again. */
export function BreakerText({ breaker }: { breaker: BreakerStatus }) {
  const { state, failures, retry_at } = breaker;
  if (retry_at === null) return null;
  const seconds = Math.max(0, Math.round((Date.parse(retry_at) - Date.now()) / 1000));
  return html`<p class="counts">
    Breaker ${state}: failed ${formatCount(failures)} × in a row, ${STATES[state]}${
      state === 'half-open' ? ' now' : ` ${state === 'open' ? 'for' : 'in'} ${formatSpan(seconds)}`
    }.
  </p>`;
}
