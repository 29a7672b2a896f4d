import { useEffect, useState } from 'preact/hooks';
import type { FrameStatus, FramesAnswer, LineStatus } from '../status.ts';
import { ProblemText } from './banner.ts';
import { BreakerText } from './breaker.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';
import type { Store } from './store.ts';

const REFRESH_MS = 2_000;
const SHOWN = 20;

export function Lines({ store }: { store: Store }) {
  const [all, setAll] = useState(false);
  const lines = [...store.lines.values()].toSorted(
    (one, other) => Number(isFailing(other)) - Number(isFailing(one)),
  );
  const more = lines.length - SHOWN;
  return html`<section aria-labelledby="lines">
    <h2 id="lines">Lines <small>${lines.length}</small></h2>
    ${(all ? lines : lines.slice(0, SHOWN)).map((line) => html`<${Line} key=${line.id} line=${line} />`)}
    ${more > 0 && !all && html`<button type="button" onClick=${() => setAll(true)}>Show ${more} more</button>`}
  </section>`;
}

function isFailing({ problem, polled }: LineStatus): boolean {
  return problem !== null || polled.some((one) => one.problem !== null);
}

function Line({ line }: { line: LineStatus }) {
  const [isOpen, setOpen] = useState(false);
  const reports = Object.entries(line.reports);
  const isRead = line.readings > 0 || line.may_be_quiet;
  const isClean = line.readings > 0 && reports.length === 0 && !isFailing(line);
  return html`<article class="line" aria-label=${line.id}>
    <h3>${line.id} <span class="pill ${line.problem ? 'off' : 'on'}">${line.problem ? 'failing' : isRead ? 'works' : 'waiting'}</span></h3>
    ${line.problem && html`<${ProblemText} problem=${line.problem} /><${BreakerText} breaker=${line} />`}
    ${
      !line.problem &&
      line.polled.map(
        (one) =>
          one.problem &&
          html`<div key=${one.id}>
            <h4>${one.id}</h4>
            <${ProblemText} problem=${one.problem} /><${BreakerText} breaker=${one} />
          </div>`,
      )
    }
    ${(line.readings > 0 || !line.may_be_quiet) && html`<p class="counts">${countsOf(line.readings)}${isClean && ', no errors'}</p>`}
    ${
      reports.length > 0 &&
      html`<ul class="reports">
        ${reports.map(([code, count]) => html`<li key=${code}><code>${code}</code> ${formatCount(count)} ×</li>`)}
      </ul>`
    }
    <details onToggle=${(event: Event) => setOpen(event.currentTarget instanceof HTMLDetailsElement && event.currentTarget.open)}>
      <summary>Last frames</summary>
      ${isOpen && html`<${Frames} line=${line.id} />`}
    </details>
  </article>`;
}

function countsOf(readings: number): string {
  return readings === 1 ? '1 reading' : `${formatCount(readings)} readings`;
}

function Frames({ line }: { line: string }) {
  const frames = useFrames(line);
  if (!frames) return html`<p class="empty">Loading…</p>`;
  if (frames.length === 0) return html`<p class="empty">No frame yet.</p>`;
  return html`<p class="hint">
      The newest first. <a href="frames?line=${encodeURIComponent(line)}" download="frames.json">Save them</a>:
      the command <code>decode</code> reads that file.
    </p>
    <ol class="frames">${frames.toReversed().map((frame) => html`<${Frame} key=${frame.time} frame=${frame} />`)}</ol>`;
}

function Frame({ frame: { time, hex, decoded, problem } }: { frame: FrameStatus }) {
  return html`<li>
    <details>
      <summary>
        <time>${time.slice(11, 23)}</time> ${hex.length / 2} bytes:
        ${' '}${problem ? html`<span class="bad">${problem.what} <code>${problem.code}</code></span>` : decoded}
      </summary>
      <pre tabindex="0" aria-label="Bytes in hexadecimal">${hex.replace(/(.{64})/g, '$1\n')}</pre>
    </details>
  </li>`;
}

function useFrames(line: string): readonly FrameStatus[] | null {
  const [frames, setFrames] = useState<readonly FrameStatus[] | null>(null);
  useEffect(() => {
    const load = async (): Promise<void> => {
      try {
        const response = await fetch(`frames?line=${encodeURIComponent(line)}`);
        const answer: FramesAnswer = await response.json();
        setFrames(answer.frames);
      } catch {
        // The banner tells that the bridge is away; it is tried again.
      }
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, [line]);
  return frames;
}
