// Helpers for building the page. Text is always inserted as text, never as markup.

/**
 * Makes an element.
 *
 * @param {string} tag tag name, such as "button", optionally with classes, such as "button.primary"
 * @param {object} properties attributes; a name that begins with "on" adds a listener
 * @param {...(Node|string|number|null)} children
 */
export function make(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A control with its label. */
export function field(label, control, hint = null) {
  return make('label.field', {}, make('span', {}, label), control, hint ? make('small.hint', {}, hint) : null);
}

/**
 * A field for a file, onto which a file can also be dropped.
 *
 * @param {HTMLInputElement} input file input
 * @param {() => void} changed called when the input has another file
 */
export function fileField(label, input, changed) {
  const zone = make('div.drop', {}, field(label, input, 'Or drop a file here.'));
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation(); // a view can have another use for dropped files
    zone.classList.remove('over');
    input.files = event.dataTransfer.files;
    changed();
  });
  input.addEventListener('change', changed);
  return zone;
}

/** A slider that shows its value. */
export function slider(label, properties, text = (value) => value) {
  const output = make('output');
  const input = make('input', { type: 'range', ...properties });
  const show = () => {
    output.textContent = text(input.value);
    input.setAttribute('aria-valuetext', text(input.value));
  };
  input.addEventListener('input', show);
  show();
  return { row: make('label.field', {}, make('span', {}, label, ' ', output), input), input, show };
}

export function select(options, chosen, properties = {}) {
  return make(
    'select',
    properties,
    ...options.map(([value, text]) => make('option', { value, selected: value === chosen }, text)),
  );
}

/**
 * A table that can be scrolled horizontally, also with the keyboard.
 *
 * @param {string[]} heads column headings; empty for the column of buttons
 * @param {Node[]} rows table rows
 */
export function table(caption, heads, rows) {
  const head = (text) => make('th', { scope: 'col' }, text || make('span.hidden', {}, 'Actions'));
  return make('div.scrolled', { role: 'region', 'aria-label': caption, tabindex: 0 },
    make('table', {},
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...heads.map(head))),
      make('tbody', {}, ...rows)));
}

/** Shows a message, and lets screen readers announce it. */
export function say(text) {
  const said = document.getElementById('said');
  said.textContent = text;
  said.classList.add('shown');
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove('shown'), 6000);
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });

/** The hour and minute in the local time zone. */
export const clock = (iso) => CLOCK.format(new Date(iso));

export const time = (iso) => (iso ? TIME.format(new Date(iso)) : '');

/** @param {string} iso an ISO 8601 duration in hours, minutes and seconds */
export function seconds(iso) {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(iso ?? '');
  return found ? Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : null;
}

export const rounded = (number, digits = 2) => (number === null || number === undefined ? '–' : number.toFixed(digits));
