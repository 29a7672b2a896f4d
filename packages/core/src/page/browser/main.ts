import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Banner } from './banner.ts';
import { formatSpan } from './format.ts';
import { html } from './html.ts';
import { Lines } from './lines.ts';
import { Log, Messages } from './messages.ts';
import { Meters } from './meters.ts';
import { Store } from './store.ts';

const TICK_MS = 1_000;
const LINK = { connecting: 'Connecting…', live: 'Live', lost: 'Not connected' };

function Page() {
  const [, setTick] = useState(0);
  const [store] = useState(() => new Store(() => setTick((tick) => tick + 1)));
  useEffect(() => {
    store.connect();
    // Ages grow while nothing happens.
    const timer = setInterval(() => setTick((tick) => tick + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [store]);
  return html`<${Header} store=${store} /><main class=${store.link}>${store.bridge && html`<${Content} store=${store} />`}</main>
    <footer>
      <a href="status">Status as JSON</a> <a href="health">Health</a> <a href="metrics">Metrics</a>
    </footer>`;
}

function Header({ store: { bridge, link } }: { store: Store }) {
  return html`<header>
    <h1>${bridge?.app ?? document.title}</h1>
    ${bridge && html`<p class="version">version ${bridge.version}, up ${formatSpan(bridge.uptime_s)}</p>`}
    <p class="link ${link}" role="status">${LINK[link]}</p>
  </header>`;
}

function Content({ store }: { store: Store }) {
  const { bridge } = store;
  if (!bridge) return null;
  return html`
    <${Banner} store=${store} bridge=${bridge} />
    <${Meters} store=${store} />
    <div class="columns"><${Messages} bridge=${bridge} /><${Lines} store=${store} /></div>
    <${Log} lines=${store.log} />
  `;
}

const place = document.getElementById('app');
if (place) {
  place.textContent = '';
  render(html`<${Page} />`, place);
}
