// Generates images, and shows their progress.

import { get, post } from './api.js';
import { students } from './choice.js';
import { make, say } from './dom.js';
import { act, job, recent } from './job.js';
import { settingsOf } from './png.js';
import { requestSettings } from './settings.js';

const REMEMBERED = 12;
const EXAMPLES = ['a large red star on a gray background', 'a small blue ring', 'two green squares, striped'];

/** @param {string[]} rest the id of the linked generation to show first, if any */
export async function create([linked], signal) {
  const [bases, adapters, before] = await Promise.all([
    get('/v1/bases'), get('/v1/adapters'), recent(`limit=${REMEMBERED}`)]);
  const settings = requestSettings(bases, adapters);
  const results = make('section.results', { 'aria-label': 'Results' });
  const button = make('button.primary', { type: 'submit', form: 'request' }, 'Generate');
  const errors = make('p.problem', { role: 'alert' });

  async function submit(body) {
    const generation = await post('/v1/generations', body);
    results.querySelector('.empty')?.remove();
    results.prepend(card(generation));
  }

  function reuse(request) {
    settings.fill(request);
    settings.prompt.focus();
    say(request.controls?.length
      ? 'Settings copied to the form. Choose the condition image again.'
      : 'Settings copied to the form.');
  }

  function card(generation) {
    const actions = ({ id, request }) => {
      if (!request) {
        return [];
      }
      const link = `${location.origin}${location.pathname}#/create/${id}`;
      return [
        make('p.actions', {},
          request.initImage || request.controls?.length ? null // the page does not have the image files
            : make('button', { type: 'button', onclick: () => act(() => submit(requestOf(request, adapters))) }, 'Generate with another seed'),
          make('button', { type: 'button', onclick: () => reuse(request) }, 'Use settings'),
          make('button', { type: 'button', onclick: () => act(() => navigator.clipboard.writeText(link).then(() => say('Link copied.'))) }, 'Copy link'),
        ),
      ];
    };
    return make('section.result', {},
      make('h3', {}, generation.request?.prompt.trim() || 'Empty prompt'),
      job(generation, signal, { students: students(adapters), actions }));
  }

  settings.form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    errors.textContent = '';
    settings.explain([]);
    try {
      await submit(await settings.toRequest());
    } catch (e) {
      const others = e.errors ? settings.explain(e.errors) : [];
      errors.textContent = e.errors
        ? others.map(({ field, expected, found }) => `${field}: expected ${expected}, found ${found}.`).join(' ')
        : e.message;
    }
    button.disabled = false;
  });
  settings.prompt.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      settings.form.requestSubmit();
    }
  });

  const shown = linked ? [await get(`/v1/generations/${linked}`)] : [];
  const rest = before.filter((generation) => generation.id !== linked);
  const cards = [...shown, ...rest].map(card);
  results.append(...(cards.length ? cards : [empty(settings)]));
  const panel = make('details.settings', { open: !matchMedia('(max-width: 56rem)').matches }, make('summary', {}, 'Settings'), settings.form);
  const view = make('div.studio', {},
    make('div.prompt', {}, settings.prompt, button, errors, make('small.hint', {}, 'Press Ctrl+Enter to generate. To use the settings of an image, drop its PNG file here.')),
    panel, results);
  takeDrops(view, reuse);
  return view;
}

/** What the results show before the first image: prompts to start with. */
function empty({ prompt, form }) {
  const example = (text) => make('button', {
    type: 'button',
    onclick: () => {
      prompt.value = text;
      form.requestSubmit();
    },
  }, text);
  return make('div.empty', {}, make('h2', {}, 'No images yet'), make('p', {}, 'Write a prompt, or start with one of these:'),
    make('p.actions', {}, ...EXAMPLES.map(example)));
}

/** Uses the settings of a PNG file that is dropped on the view. */
function takeDrops(view, reuse) {
  view.addEventListener('dragover', (event) => event.preventDefault());
  view.addEventListener('drop', (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) {
      act(async () => reuse(settingsOf(await file.arrayBuffer())));
    }
  });
}

/** The same request, but without the seed. */
function requestOf(request, adapters) {
  const hasStudent = request.adapters.some(({ name }) => students(adapters).includes(name)); // the student's adapter scale determines the guidance
  return {
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    adapters: request.adapters.map(({ name, version, scale }) => ({ adapter: `${name}@${version}`, scale })),
    ...(hasStudent ? {} : { guidanceScale: request.guidanceScale }),
    ...(request.timesteps || request.sigmas ? {} : { steps: request.steps }), // the schedule determines the steps
    sampler: request.sampler,
    guidanceStart: request.guidanceStart,
    guidanceEnd: request.guidanceEnd,
    timestepSpacing: request.timestepSpacing,
    timesteps: request.timesteps,
    sigmas: request.sigmas,
    eta: request.eta,
    width: request.width,
    height: request.height,
    count: request.count,
    longPrompt: request.longPrompt,
    promptWeights: request.promptWeights,
    clipSkip: request.clipSkip,
  };
}
