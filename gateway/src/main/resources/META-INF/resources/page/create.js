// Generates images, and shows their progress.

import { get, post } from './api.js';
import { adapterChoice, students } from './choice.js';
import { field, make, say, select, slider } from './dom.js';
import { act, job, recent } from './job.js';

const SAMPLERS = ['ddim', 'euler', 'euler_karras', 'euler_ancestral', 'dpmpp_2m', 'dpmpp_2m_karras',
  'dpmpp_3m_sde', 'dpmpp_sde', 'heun', 'deis', 'lcm', 'tcd', 'pndm', 'unipc'];
const REMEMBERED = 12;

/** @param {string[]} rest the id of the linked generation to show first, if any */
export async function create([linked], signal) {
  const [adapters, before] = await Promise.all([get('/v1/adapters'), recent(`limit=${REMEMBERED}`)]);
  const results = make('section.results', { 'aria-label': 'Results' });
  const form = requestForm(adapters, (body) => submit(body));

  async function submit(body) {
    const generation = await post('/v1/generations', body);
    results.prepend(card(generation));
    return generation;
  }

  function card(generation) {
    const again = (ended) => {
      const { request } = ended;
      if (!request) {
        return [];
      }
      const link = `${location.origin}${location.pathname}#/create/${ended.id}`;
      return [
        make('p.actions', {},
          request.initImage ? null // the page does not have the init image file
            : make('button', { type: 'button', onclick: () => act(() => submit(requestOf(request, adapters))) }, 'Generate with another seed'),
          make('button', { type: 'button', onclick: () => act(() => navigator.clipboard.writeText(link).then(() => say('Link copied.'))) }, 'Copy link'),
        ),
      ];
    };
    return make('section.result', {},
      make('h3', {}, generation.request?.prompt || 'Empty prompt'),
      job(generation, signal, { students: students(adapters), actions: again }));
  }

  const shown = linked ? [await get(`/v1/generations/${linked}`)] : [];
  const rest = before.filter((generation) => generation.id !== linked);
  results.append(...[...shown, ...rest].map(card));
  return make('div.columns', {}, form, results);
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

function requestForm(adapters, submit) {
  const prompt = make('textarea', { name: 'prompt', rows: 3, required: true, maxlength: 4000, placeholder: 'a large red star on a gray background' });
  const negative = make('input', { name: 'negative', maxlength: 4000 });
  const sampler = select([['', 'model default'], ...SAMPLERS.map((name) => [name, name])], '', { name: 'sampler' });
  const width = make('input', { type: 'number', name: 'width', min: 8, max: 4096, step: 8, placeholder: 'auto' });
  const height = make('input', { type: 'number', name: 'height', min: 8, max: 4096, step: 8, placeholder: 'auto' });
  const seed = make('input', { type: 'number', name: 'seed', min: 0, max: 4294967295, placeholder: 'random' });
  const count = slider('Images', { name: 'count', min: 1, max: 8, value: 1 });
  const steps = slider('Steps', { name: 'steps', min: 1, max: 100, value: 20 });
  const guidance = slider('Guidance', { name: 'guidance', min: 1, max: 15, step: 0.5, value: 5 });
  const note = make('small.hint');
  guidance.row.append(note);
  const choice = adapterChoice(adapters, explain);
  let guidanceTouched = false;
  guidance.input.addEventListener('input', () => (guidanceTouched = true));
  let stepsTouched = false;
  steps.input.addEventListener('input', () => (stepsTouched = true));

  /** Explains the guidance slider, which sets the adapter scale if a student is selected. */
  function explain() {
    note.textContent = choice.student()
      ? 'The student needs one UNet evaluation per step instead of two.'
      : choice.prescribes() ? 'The adapter prescribes its sampling, unless you move the sliders.'
      : 'How closely the images follow the prompt; 1 disables guidance.';
  }
  explain();

  const button = make('button.primary', { type: 'submit' }, 'Generate');
  const number = (input) => (input.value === '' ? {} : { [input.name]: Number(input.value) });
  const form = make('form', { 'aria-label': 'Generation request' },
    field('Prompt', prompt, 'Press Ctrl+Enter to generate.'),
    choice.element,
    guidance.row,
    steps.row,
    count.row,
    make('details', {}, make('summary', {}, 'More'),
      field('Negative prompt', negative),
      field('Sampler', sampler),
      make('div.pair', {}, field('Width', width), field('Height', height)),
      field('Seed', seed)),
    make('p.actions', {}, button));

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const added = choice.toRequest();
    const body = {
      prompt: prompt.value,
      ...(negative.value ? { negativePrompt: negative.value } : {}),
      ...(added.length ? { adapters: added } : {}),
      // Without a guidance scale, a student uses the guidance scale at which it was distilled, and an adapter the prescribed one.
      ...((choice.student() || choice.prescribes()) && !guidanceTouched ? {} : { guidanceScale: Number(guidance.input.value) }),
      ...(choice.prescribes() && !stepsTouched ? {} : { steps: Number(steps.input.value) }),
      ...(sampler.value ? { sampler: sampler.value } : {}),
      ...number(width),
      ...number(height),
      ...number(seed),
      count: Number(count.input.value),
    };
    button.disabled = true;
    await act(() => submit(body));
    button.disabled = false;
  });
  prompt.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    }
  });
  return form;
}
