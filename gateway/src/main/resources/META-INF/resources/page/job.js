// A generation on the page: progress, previews and results.

import { follow, get, imageUrl, post, remove } from './api.js';
import { make, rounded, say, seconds } from './dom.js';
import { enlargeable } from './lightbox.js';

const ENDED = ['succeeded', 'failed', 'cancelled', 'expired'];

/** Describes the base and the adapters of a request. */
export function modelOf(request) {
  if (!request) {
    return '';
  }
  const adapters = request.adapters.map(
    ({ name, version, scale, triggerWord }) => `${name}@${version}${triggerWord ? ` for ${triggerWord}` : scale === 1 ? '' : ` × ${scale}`}`,
  );
  return adapters.length ? adapters.join(' + ') : request.guidanceScale === 1 ? 'base, no guidance' : 'base';
}

/**
 * @param {object} generation generation as returned by the API
 * @param {AbortSignal} signal signal to stop following
 * @param {{students?: string[], onFinished?: (generation: object) => void, actions?: (generation: object) => Node[]}} hooks
 *     students: names of the adapters whose images can be rated
 * @returns {HTMLElement}
 */
export function job(generation, signal, { students = [], onFinished = () => {}, actions = () => [] } = {}) {
  const { id, request } = generation;
  const count = request?.count ?? 1;
  const status = make('p.status', { role: 'status' });
  const progress = make('progress', { max: generation.steps || 1, value: 0, 'aria-label': 'Completed steps' });
  const cancel = make('button', { type: 'button', onclick: () => act(stop) }, 'Cancel');
  const shape = request ? `aspect-ratio: ${request.width} / ${request.height}` : '';
  const frames = Array.from({ length: count }, (_, index) =>
    make('figure.frame', {}, make('img', { alt: `Image ${index + 1}, not generated yet`, src: BLANK })),
  );
  frames.forEach((frame) => (frame.firstChild.style = shape));
  const below = make('div.below');
  const card = make('article.job', { 'data-id': id, 'aria-label': request?.prompt ?? id },
    make('div.images', { 'data-count': count }, ...frames), make('div.running', {}, progress, cancel), status, below);

  let queued = false;
  let timer;
  let first = null; // the first step that this page has seen

  async function stop() {
    cancel.disabled = true;
    cancel.textContent = 'Cancelling…';
    try {
      await remove(`/v1/generations/${id}`);
    } catch (e) {
      cancel.disabled = false;
      cancel.textContent = 'Cancel';
      throw e;
    }
  }

  function handle({ name, data }) {
    if (name === 'finished') {
      finish(data);
    } else if (name === 'step') {
      progress.value = data.step;
      progress.max = data.steps;
      first ??= { step: data.step, at: performance.now() };
      status.textContent = `${Math.floor((100 * data.step) / data.steps)}%, step ${data.step} of ${data.steps}${left(first, data)}`;
      if (data.preview) {
        const image = frames[data.preview.image]?.firstChild;
        image.src = `data:image/jpeg;base64,${data.preview.jpeg}`;
        image.alt = `Preview of image ${data.preview.image + 1}`;
        image.classList.add('rough');
      }
    } else {
      status.textContent =
        name === 'queued' ? waiting(data) : { started: 'Started', broken: 'Reconnecting…' }[name] ?? name;
    }
    first = name === 'step' ? first : null; // after a restart, the steps start again
    queued = name === 'queued';
    clearTimeout(timer);
    if (queued) {
      timer = setTimeout(askAgain, POSITION_EVERY);
    }
  }

  // The position in the queue changes without an event.
  async function askAgain() {
    const now = queued && !signal.aborted ? await get(`/v1/generations/${id}`).catch(() => null) : null;
    if (queued && now?.status === 'queued') {
      handle({ name: 'queued', data: now });
    }
  }

  async function finish(ended) {
    card.querySelector('.running').remove();
    if (ended.status === 'succeeded') {
      status.textContent = `${rounded(seconds(ended.elapsed), 1)} s${ended.request ? `, ${ended.request.steps} steps` : ''}${cut(ended.tokens)}`;
      await act(() => Promise.all(ended.images.map((image, index) => showImage(frames[index], image, ended))));
    } else {
      status.textContent = ended.failure ? `Failed: ${ended.failure.detail}` : `Generation ${ended.status}.`;
      status.classList.add('problem');
    }
    below.append(...actions(ended), settings(ended));
    onFinished(ended);
  }

  async function showImage(frame, image, ended) {
    const url = await imageUrl(image.url);
    if (signal.aborted) {
      URL.revokeObjectURL(url);
      return;
    }
    signal.addEventListener('abort', () => URL.revokeObjectURL(url));
    frame.firstChild.src = url;
    frame.firstChild.alt = ended.request ? `${ended.request.prompt} (seed ${image.seed})` : `Seed ${image.seed}`;
    frame.firstChild.classList.remove('rough');
    enlargeable(frame.firstChild);
    frame.append(
      make('figcaption', {},
        make('a', { href: url, download: `${ended.request?.prompt.slice(0, 40) || ended.id} ${image.seed}.png` }, 'Download'),
        ...(ended.request?.adapters.some(({ name }) => students.includes(name)) ? thumbs(ended.id, image.index) : []),
      ),
    );
  }

  if (ENDED.includes(generation.status)) {
    finish(generation);
  } else {
    handle({ name: generation.status === 'running' ? 'started' : 'queued', data: generation });
    follow(id, handle, signal);
  }
  return card;
}

/** Milliseconds between two requests for the position of a waiting generation. */
const POSITION_EVERY = 3000;

/** Describes a generation that waits. */
function waiting({ queuePosition, finishesInSeconds } = {}) {
  const position = queuePosition ? `: position ${queuePosition} in the queue` : '';
  return `Waiting for a worker${position}${finishesInSeconds ? `, finished in about ${duration(finishesInSeconds)}` : ''}`;
}

/** The time that the other steps need at the speed of the steps since the first; empty if unknown. */
function left(first, { step, steps }) {
  const done = step - first.step;
  const perStep = (performance.now() - first.at) / 1000 / done;
  return done > 0 && step < steps ? `, about ${duration(Math.ceil(perStep * (steps - step)))} left` : '';
}

const duration = (s) => (s < 120 ? `${s} s` : `${Math.round(s / 60)} min`);

const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** Feedback buttons for an image that a student generated. */
function thumbs(id, image) {
  const button = (rating, sign, label) => {
    const pressed = make('button.thumb', { type: 'button', 'aria-label': label, 'aria-pressed': 'false' }, sign);
    pressed.addEventListener('click', () =>
      act(async () => {
        await post(`/v1/generations/${id}/feedback`, { rating, image, ...(rating === 'down' ? { asTeacher: true } : {}) });
        buttons.forEach((each) => each.setAttribute('aria-pressed', each === pressed));
        say(rating === 'up' ? 'Feedback saved.' : 'Feedback saved. The student will learn the image that the base model generates with guidance.');
      }),
    );
    return pressed;
  };
  const buttons = [button('up', 'Good', 'Good image'), button('down', 'Bad', 'Bad image')];
  return buttons;
}

/** What was cut off from the prompts; empty if nothing was. */
function cut(tokens) {
  const number = (tokens?.prompt.cut ?? 0) + (tokens?.negativePrompt?.cut ?? 0);
  return number > 0 ? `. The prompt was too long: ${number} tokens were cut off` : '';
}

function settings({ id, request, unetEvaluations }) {
  if (!request) {
    return make('p.hint', {}, id);
  }
  const rows = {
    Model: modelOf(request),
    Guidance: request.guidanceScale,
    Steps: request.steps,
    Sampler: request.sampler,
    Size: `${request.width} × ${request.height}`,
    Seed: request.count > 1 ? `${request.seed} to ${request.seed + request.count - 1}` : request.seed,
    ...(request.negativePrompt ? { 'Negative prompt': request.negativePrompt } : {}),
    ...(request.promptWeights ? { 'Prompt weights': 'on' } : {}),
    ...(request.guidanceEnd ? { 'Guided steps': `${request.guidanceStart * 100}% to ${request.guidanceEnd * 100}%` } : {}),
    ...(request.timestepSpacing ? { 'Timestep spacing': request.timestepSpacing } : {}),
    ...(request.timesteps ? { Timesteps: request.timesteps.join(', ') } : {}),
    ...(request.sigmas ? { Sigmas: request.sigmas.join(', ') } : {}),
    ...(request.eta !== undefined ? { Eta: request.eta } : {}),
    ...(request.controls?.length ? { ControlNets: request.controls.map(({ name, scale }) => `${name} × ${scale}`).join(' + ') } : {}),
    ...(request.clipSkip ? { 'Clip skip': request.clipSkip } : {}),
    ...(unetEvaluations ? { 'UNet evaluations': unetEvaluations } : {}),
    'Generation ID': id,
  };
  return make('details', {}, make('summary', {}, 'Settings'),
    make('dl', {}, ...Object.entries(rows).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])));
}

/** Runs the task of a click, and shows the error if the task fails. */
export async function act(task) {
  try {
    return await task();
  } catch (e) {
    say(e.message);
    return null;
  }
}

export const recent = (query) => get(`/v1/generations?${query}`).then(({ generations }) => generations);
