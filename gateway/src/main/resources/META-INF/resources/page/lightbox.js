// Shows an image as large as the window allows. The arrow keys go to the other images of the view.

import { make } from './dom.js';

/** Sides up to which an image is enlarged without smoothing, in pixels. */
const SMALL = 256;

/** Makes an image open in the lightbox. */
export function enlargeable(image) {
  const button = make('button.zoom', { type: 'button', 'aria-label': 'Enlarge', onclick: () => open(image) });
  image.replaceWith(button);
  button.append(image);
}

function open(first) {
  const images = [...document.querySelectorAll('.zoom > img')];
  let at = images.indexOf(first);
  const large = make('img');
  const text = make('p');
  const show = (index) => {
    at = (index + images.length) % images.length;
    large.src = images[at].src;
    large.alt = images[at].alt;
    large.classList.toggle('crisp', Math.max(images[at].naturalWidth, images[at].naturalHeight) <= SMALL);
    text.textContent = `${images[at].alt} · ${at + 1} of ${images.length}`;
  };
  const dialog = make('dialog.lightbox', { 'aria-label': 'Enlarged image' },
    large, text,
    make('p.actions', {},
      make('button', { type: 'button', onclick: () => show(at - 1) }, '← Previous'),
      make('button', { type: 'button', onclick: () => show(at + 1) }, 'Next →'),
      make('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      show(at + (key === 'ArrowRight' ? 1 : -1));
    }
  });
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close()); // outside of the content
  dialog.addEventListener('close', () => {
    dialog.remove();
    images[at].parentElement.focus();
  });
  document.body.append(dialog);
  show(at);
  dialog.showModal();
}
