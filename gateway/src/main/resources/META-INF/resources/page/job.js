// A generation on the page: how far it is, what it looks like so far, and what became of it.

import { follow, get, imageUrl, post, remove } from './api.js';
import { make, rounded, say, seconds } from './dom.js';

const ENDED = ['succeeded', 'failed', 'cancelled', 'expired'];

/** What drew it, in words. */
export function drawnBy(request) {
  if (!request) {
    return '';
  }
  const adapters = request.adapters.map(
    ({ name, version, scale }) => `${name}@${version}${scale === 1 ? '' : ` × ${scale}`}`,
  );
  return adapters.length ? adapters.join(' + ') : request.guidanceScale === 1 ? 'base, no guidance' : 'base';
}

/**
 * @param {object} generation as the gateway tells it
 * @param {AbortSignal} signal ends the following
 * @param {{students?: string[], onFinished?: (generation: object) => void, actions?: (generation: object) => Node[]}} hooks
 *     students: whose images can be rated
 * @returns {HTMLElement}
 */
export function job(generation, signal, { students = [], onFinished = () => {}, actions = () => [] } = {}) {
  const { id, request } = generation;
  const count = request?.count ?? 1;
  const status = make('p.status', { role: 'status' });
  const progress = make('progress', { max: generation.steps || 1, value: 0, 'aria-label': 'Steps done' });
  const cancel = make('button', { type: 'button', onclick: () => act(() => remove(`/v1/generations/${id}`)) }, 'Cancel');
  const shape = request ? `aspect-ratio: ${request.width} / ${request.height}` : '';
  const frames = Array.from({ length: count }, (_, index) =>
    make('figure.frame', {}, make('img', { alt: `Image ${index + 1}, not drawn yet`, src: BLANK })),
  );
  frames.forEach((frame) => (frame.firstChild.style = shape));
  const below = make('div.below');
  const card = make('article.job', { 'data-id': id, 'aria-label': request?.prompt ?? id },
    make('div.images', {}, ...frames), make('div.running', {}, progress, cancel), status, below);

  function hear({ name, data }) {
    if (name === 'finished') {
      finish(data);
    } else if (name === 'step') {
      progress.value = data.step;
      progress.max = data.steps;
      status.textContent = `Step ${data.step} of ${data.steps}`;
      if (data.preview) {
        const image = frames[data.preview.image]?.firstChild;
        image.src = `data:image/jpeg;base64,${data.preview.jpeg}`;
        image.alt = `Image ${data.preview.image + 1}, so far`;
        image.classList.add('rough');
      }
    } else {
      status.textContent = { queued: 'Waiting for a worker', started: 'Begun', broken: 'Connecting again' }[name] ?? name;
    }
  }

  async function finish(ended) {
    card.querySelector('.running').remove();
    if (ended.status === 'succeeded') {
      status.textContent = `${rounded(seconds(ended.elapsed), 1)} s, ${ended.unetEvaluations} UNet evaluations`;
      await act(() => Promise.all(ended.images.map((image, index) => showImage(frames[index], image, ended))));
    } else {
      status.textContent = ended.failure ? `Failed: ${ended.failure.detail}` : `It was ${ended.status}.`;
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
    hear({ name: generation.status === 'running' ? 'started' : 'queued' });
    follow(id, hear, signal);
  }
  return card;
}

const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** For the students that drew the image to learn from. */
function thumbs(id, image) {
  const button = (rating, sign, label) => {
    const pressed = make('button.thumb', { type: 'button', 'aria-label': label, 'aria-pressed': 'false' }, sign);
    pressed.addEventListener('click', () =>
      act(async () => {
        await post(`/v1/generations/${id}/feedback`, { rating, image, ...(rating === 'down' ? { asTeacher: true } : {}) });
        buttons.forEach((each) => each.setAttribute('aria-pressed', each === pressed));
        say(rating === 'up' ? 'Noted: more like this.' : 'Noted: the student will learn how its teacher draws this.');
      }),
    );
    return pressed;
  };
  const buttons = [button('up', 'Good', 'A good image'), button('down', 'Bad', 'A bad image')];
  return buttons;
}

function settings({ id, request }) {
  if (!request) {
    return make('p.hint', {}, id);
  }
  const rows = {
    'Drawn by': drawnBy(request),
    Guidance: request.guidanceScale,
    Steps: request.steps,
    Sampler: request.sampler,
    Size: `${request.width} × ${request.height}`,
    Seed: request.count > 1 ? `${request.seed} to ${request.seed + request.count - 1}` : request.seed,
    ...(request.negativePrompt ? { 'Leads away from': request.negativePrompt } : {}),
    Generation: id,
  };
  return make('details', {}, make('summary', {}, 'Settings'),
    make('dl', {}, ...Object.entries(rows).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])));
}

/** Does something for a click, and says what went wrong. */
export async function act(task) {
  try {
    return await task();
  } catch (e) {
    say(e.message);
    return null;
  }
}

export const recent = (query) => get(`/v1/generations?${query}`).then(({ generations }) => generations);
