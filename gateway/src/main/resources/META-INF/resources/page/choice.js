// The selection of adapters, their versions and their scales.

import { make } from './dom.js';

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

  function row(adapter) {
    const kind = kindOf(adapter);
    const box = make('input', { type: 'checkbox', value: adapter.name });
    const version = make('select', { 'aria-label': `Version of ${adapter.name}` },
      make('option', { value: adapter.name }, adapter.route ? 'routed' : 'newest'),
      ...usable(adapter).map(({ version: number }) => make('option', { value: `${adapter.name}@${number}` }, `@${number}`)));
    // A student has no input for its scale: the guidance scale sets it.
    const scale = kind === 'student' ? null
      : make('input', { type: 'number', value: 1, step: 0.1, min: -8, max: 8, 'aria-label': `Scale of ${adapter.name}` });
    const prescribes = usable(adapter).some((one) => one.samplingDefaults);
    const chosen = { kind, box, prescribes, toRequest: () => ({ adapter: version.value, ...(scale ? { scale: Number(scale.value) } : {}) }) };
    const enable = () => [version, scale].forEach((control) => control && (control.disabled = !box.checked));
    box.addEventListener('change', () => {
      if (box.checked && kind === 'student') {
        rows.filter((other) => other.kind === 'student' && other !== chosen).forEach((other) => other.uncheck());
      }
      enable();
      changed();
    });
    chosen.uncheck = () => {
      box.checked = false;
      enable();
    };
    enable();
    chosen.element = make('div.adapter', {},
      make('label', {}, box, ' ', adapter.name, ' ', make(`span.badge.${kind}`, {}, kind)), version, scale);
    return chosen;
  }

  const chosen = () => rows.filter((each) => each.box.checked);
  return {
    element: make('fieldset', {}, make('legend', {}, 'Adapters'),
      make('p.hint', {}, rows.length ? 'If you select no adapter, the base model generates the image with guidance.' : 'There are no adapters yet. Upload an adapter in the Adapters view.'),
      ...rows.map((each) => each.element)),
    prescribes: () => chosen().some((each) => each.prescribes),
    student: () => chosen().find((each) => each.kind === 'student'),
    toRequest: () => chosen().map((each) => each.toRequest()),
  };
}
