// The selection of adapters, their versions and their scales.

import { make } from './dom.js';

/** Number of adapters from which the list can be filtered. */
const MANY = 9;

/** Versions that new requests may use. */
export const usable = (adapter) => adapter.versions.filter((version) => !version.retiredAt);

/** The kind of an adapter, student or style, which all of its versions share. */
export const kindOf = (adapter) => adapter.versions.at(-1)?.kind;

/** The names of the students, which learn from feedback. */
export const students = (adapters) => adapters.filter((adapter) => kindOf(adapter) === 'student').map(({ name }) => name);

/**
 * Builds the form fields for selecting adapters: at most one student, and any number of styles.
 *
 * @param {object[]} adapters adapters as returned by the API
 * @param {() => void} changed called after each change of the selection
 */
export function adapterChoice(adapters, changed) {
  const rows = adapters.filter((adapter) => usable(adapter).length).map((adapter) => row(adapter));
  const filter = make('input', { type: 'search', 'aria-label': 'Filter the adapters', placeholder: 'Filter' });
  const note = make('p.hint');
  let base = null;

  function row(adapter) {
    const kind = kindOf(adapter);
    const box = make('input', { type: 'checkbox', value: adapter.name });
    const version = make('select', { 'aria-label': `Version of ${adapter.name}` },
      make('option', { value: adapter.name }, adapter.route ? 'by route' : 'newest'),
      ...usable(adapter).map(({ version: number }) => make('option', { value: `${adapter.name}@${number}` }, `@${number}`)));
    const words = new Set(usable(adapter).map(({ embedding }) => embedding?.triggerWord).filter(Boolean));
    // A student has no input for its scale, because the guidance scale sets it. An embedding has no scale.
    const scale = kind === 'student' || words.size ? null
      : make('input', { type: 'number', value: 1, step: 0.05, min: -8, max: 8, 'aria-label': `Scale of ${adapter.name}` });
    const chip = make('label.chip', {}, box, ' ', adapter.name, ' ', make(`span.badge.${kind}`, {}, kind));
    const details = make('div.adapter', {}, make('span', {}, adapter.name), version, scale,
      words.size ? make('span.hint', {}, `Write ${[...words].join(' or ')} in the prompt or the negative prompt.`) : null);
    const prescribes = usable(adapter).some((each) => each.samplingDefaults);
    const one = { adapter, kind, prescribes, box, version, scale, chip, details };
    box.addEventListener('change', () => {
      if (box.checked && kind === 'student') {
        rows.filter((other) => other.kind === 'student' && other !== one).forEach((other) => (other.box.checked = false));
      }
      show();
      changed();
    });
    return one;
  }

  function show() {
    for (const { adapter, box, chip, details } of rows) {
      const fits = base === null || usable(adapter).some(({ baseFingerprint }) => !baseFingerprint || baseFingerprint === base);
      box.checked &&= fits;
      chip.hidden = !fits || !(box.checked || adapter.name.includes(filter.value.trim()));
      details.hidden = !box.checked;
    }
    const left = rows.filter(({ chip }) => !chip.hidden).length;
    note.textContent = left ? 'Without an adapter, the base model is used.'
      : filter.value ? 'No adapter matches the filter.' : 'There are no adapters for this model. Upload one in the Adapters view.';
  }

  filter.addEventListener('input', (event) => {
    event.stopPropagation(); // not a setting of the request
    show();
  });
  show();

  const chosen = () => rows.filter((each) => each.box.checked);
  return {
    element: make('fieldset', {}, make('legend', {}, 'Adapters'),
      rows.length < MANY ? null : filter,
      make('div.chips', {}, ...rows.map((each) => each.chip)),
      ...rows.map((each) => each.details),
      note),
    prescribes: () => chosen().some((each) => each.prescribes),
    student: () => chosen().find((each) => each.kind === 'student'),
    toRequest: () => chosen().map(({ version, scale }) => ({ adapter: version.value, ...(scale ? { scale: Number(scale.value) } : {}) })),
    /** @param {string|null} fingerprint the base whose adapters are shown; null for all */
    showFor: (fingerprint) => {
      base = fingerprint;
      show();
    },
    state: () => chosen().map(({ adapter, version, scale }) => ({ name: adapter.name, reference: version.value, scale: scale?.value })),
    /** @param {{name: string, reference?: string, version?: number, scale?: number}[]} selection the adapters to select */
    restore: (selection) => {
      for (const { adapter, box, version, scale } of rows) {
        const wanted = selection.find(({ name }) => name === adapter.name);
        box.checked = wanted !== undefined;
        const reference = wanted?.reference ?? `${adapter.name}@${wanted?.version}`;
        version.value = [...version.options].some(({ value }) => value === reference) ? reference : adapter.name;
        if (scale) {
          scale.value = wanted?.scale ?? 1;
        }
      }
      show();
      changed();
    },
  };
}
