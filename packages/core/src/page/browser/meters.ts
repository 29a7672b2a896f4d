import { useState } from 'preact/hooks';
import { html } from './html.ts';
import { MeterCard } from './meter-card.ts';
import type { MeterView, Store } from './store.ts';

const PER_PAGE = 25;
/** So few stand open from the start, and need no search. */
const FEW = 4;

export function Meters({ store }: { store: Store }) {
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const all = [...store.meters.values()];
  if (store.isWithoutMeters) return null;
  const found = all.filter(({ status }) => matches(status, search)).toSorted(offlineFirst);
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
  const current = Math.min(page, pages - 1);
  const toggle = (id: string): void => setToggled(toggled.symmetricDifference(new Set([id])));
  const onSearch = (event: InputEvent): void => {
    setSearch(event.target instanceof HTMLInputElement ? event.target.value : '');
    setPage(0);
  };
  return html`<section aria-labelledby="meters">
    <div class="section-head">
      <h2 id="meters">Meters <small>${all.length}</small></h2>
      ${
        all.length > FEW &&
        html`<label class="search"><span>Search</span>
          <input type="search" value=${search} placeholder="name, id, serial number, offline" onInput=${onSearch} />
        </label>`
      }
    </div>
    ${all.length === 0 && html`<p class="empty">No meter has told anything yet.</p>`}
    ${all.length > 0 && found.length === 0 && html`<p class="empty">No meter fits “${search}”.</p>`}
    ${found.slice(current * PER_PAGE, (current + 1) * PER_PAGE).map((view) => {
      const { id, line } = view.status;
      const isOpen = toggled.has(id) !== all.length <= FEW;
      return html`<${MeterCard} key=${id} view=${view} line=${line === null ? undefined : store.lines.get(line)} isOpen=${isOpen} onToggle=${() => toggle(id)} />`;
    })}
    ${pages > 1 && html`<${Pages} current=${current} pages=${pages} onPage=${setPage} />`}
  </section>`;
}

interface PagesProps {
  readonly current: number;
  readonly pages: number;
  readonly onPage: (page: number) => void;
}

function Pages({ current, pages, onPage }: PagesProps) {
  return html`<nav class="pages" aria-label="Pages of meters">
    <button type="button" disabled=${current === 0} onClick=${() => onPage(current - 1)}>Previous</button>
    <span>Page ${current + 1} of ${pages}</span>
    <button type="button" disabled=${current === pages - 1} onClick=${() => onPage(current + 1)}>Next</button>
  </nav>`;
}

function matches({ id, name, serial_number, model, online }: MeterView['status'], search: string): boolean {
  const text = [id, name, serial_number, model, online ? 'online' : 'offline'].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What needs looking after comes first; else the order in which they came stays. */
function offlineFirst(one: MeterView, other: MeterView): number {
  return Number(one.status.online) - Number(other.status.online);
}
