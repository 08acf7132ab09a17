// Shows the view for the current URL and the number of ready workers, and changes the colour theme.

import { get } from './api.js';
import { make } from './dom.js';
import { adapters } from './adapters.js';
import { compare } from './compare.js';
import { create } from './create.js';
import { fleet } from './fleet.js';

const VIEWS = { create, compare, adapters, fleet };
const view = document.getElementById('view');

/** Aborts the requests and timers of the previous view. */
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
        make('p.problem', { role: 'alert' }, `Cannot show this view: ${e.message}`),
        make('button', { onclick: show }, 'Try again'),
      );
    }
  }
}

async function showState() {
  const state = document.getElementById('state');
  try {
    const workers = await get('/v1/workers');
    const ready = workers.filter((worker) => worker.state === 'ready').length;
    state.textContent = ready ? `${ready} worker${ready === 1 ? '' : 's'} ready` : 'no workers ready';
    state.classList.toggle('bad', !ready);
  } catch (e) { // 403: the caller may not list workers
    state.textContent = e.status === 403 ? '' : 'gateway unreachable';
    state.classList.toggle('bad', e.status !== 403);
  }
}

const THEME = 'lorafleet.theme';
const THEMES = { system: '◐ System colours', light: '☀ Light', dark: '☾ Dark' };

function applyTheme() {
  const theme = localStorage.getItem(THEME) ?? 'system';
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme').textContent = THEMES[theme];
}

document.getElementById('theme').addEventListener('click', () => {
  const names = Object.keys(THEMES);
  localStorage.setItem(THEME, names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]);
  applyTheme();
});
applyTheme();

window.addEventListener('hashchange', () => show().then(() => view.focus({ preventScroll: true })));
show();
showState();
setInterval(showState, 5000);
