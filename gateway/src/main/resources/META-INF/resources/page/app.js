// Shows the view that the address names, and how the fleet is.

import { get } from './api.js';
import { make } from './dom.js';
import { adapters } from './adapters.js';
import { compare } from './compare.js';
import { create } from './create.js';
import { fleet } from './fleet.js';

const VIEWS = { create, compare, adapters, fleet };
const view = document.getElementById('view');

/** Ends whatever the view before was doing. */
let leaving = new AbortController();

async function show() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const open = VIEWS[name] ?? create;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.getAttribute('href') === `#/${VIEWS[name] ? name : 'create'}`;
    link.toggleAttribute('aria-current', current);
    if (current) {
      link.setAttribute('aria-current', 'page');
      document.title = `${link.textContent} · lorafleet`;
    }
  }
  try {
    const content = await open(rest, signal);
    if (!signal.aborted) {
      view.replaceChildren(content);
    }
  } catch (e) {
    if (!signal.aborted) {
      view.replaceChildren(
        make('p.problem', { role: 'alert' }, `This view cannot be shown: ${e.message}`),
        make('button', { onclick: show }, 'Try again'),
      );
    }
  }
}

async function tellState() {
  const state = document.getElementById('state');
  try {
    const workers = await get('/v1/workers');
    const ready = workers.filter((worker) => worker.state === 'ready').length;
    state.textContent = ready ? `${ready} worker${ready === 1 ? '' : 's'} ready` : 'no worker is ready';
    state.classList.toggle('bad', !ready);
  } catch (e) { // whoever may not see the workers needs not know
    state.textContent = e.status === 403 ? '' : 'the gateway does not answer';
    state.classList.toggle('bad', e.status !== 403);
  }
}

window.addEventListener('hashchange', () => show().then(() => view.focus({ preventScroll: true })));
show();
tellState();
setInterval(tellState, 5000);
