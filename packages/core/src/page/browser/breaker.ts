import type { BreakerStatus } from '../status.ts';
import { formatCount, formatSpan } from './format.ts';
import { html } from './html.ts';

const WAITS = { closed: 'tried again in', open: 'left alone for', 'half-open': 'tried again in' };

/** How often it has failed, and when it is tried again. */
export function BreakerText({ breaker }: { breaker: BreakerStatus }) {
  const { state, failures, retry_at } = breaker;
  if (retry_at === null) return null;
  const seconds = Math.max(0, Math.round((Date.parse(retry_at) - Date.now()) / 1000));
  const next =
    state === 'half-open' || seconds === 0 ? 'tried now' : `${WAITS[state]} ${formatSpan(seconds)}`;
  return html`<p class="counts">Breaker ${state}: failed ${formatCount(failures)} × in a row, ${next}.</p>`;
}
