// The settings of a request: the prompt and the form. They are kept until the tab is closed.

import { adapterChoice } from './choice.js';
import { controlNetChoice } from './controlnet.js';
import { field, make, select, slider } from './dom.js';

const SAMPLERS = ['ddim', 'euler', 'euler_karras', 'euler_ancestral', 'dpmpp_2m', 'dpmpp_2m_karras',
  'dpmpp_3m_sde', 'dpmpp_sde', 'heun', 'deis', 'lcm', 'tcd', 'pndm', 'unipc'];
const STORED = 'lorafleet.request';
const CUSTOM = 'custom';

/** Width divided by height. */
const SHAPES = [['Square', 1], ['Landscape 4:3', 4 / 3], ['Portrait 3:4', 3 / 4], ['Wide 16:9', 16 / 9], ['Tall 9:16', 9 / 16]];

/**
 * @param {object[]} bases bases as returned by the API
 * @param {object[]} adapters adapters as returned by the API
 * @returns {{prompt: Element, form: Element, toRequest: () => Promise<object>, fill: (request: object) => void, explain: (errors: object[]) => object[]}}
 *     explain: shows errors beside their fields, and returns the other errors
 */
export function requestSettings(bases, adapters) {
  const prompt = make('textarea', {
    name: 'prompt', rows: 2, required: true, maxlength: 4000, form: 'request', 'aria-label': 'Prompt',
    placeholder: 'Describe the image, for example: a large red star on a gray background',
  });
  const negative = make('input', { name: 'negativePrompt', maxlength: 4000 });
  const base = select(bases.map(({ name }) => [name, name]), bases[0]?.name, { name: 'model' });
  const size = make('select', { name: 'size' });
  const width = make('input', { type: 'number', name: 'width', min: 8, max: 4096, step: 8 });
  const height = make('input', { type: 'number', name: 'height', min: 8, max: 4096, step: 8 });
  const sides = make('div.pair', {}, field('Width', width), field('Height', height));
  const seed = make('input', { type: 'number', name: 'seed', min: 0, max: 4294967295, placeholder: 'random' });
  const count = slider('Images', { name: 'count', min: 1, max: 8, value: 1 });
  const steps = slider('Steps', { name: 'steps', min: 1, max: 100, value: 20 });
  const guidance = slider('Guidance', { name: 'guidanceScale', min: 1, max: 15, step: 0.5, value: 5 });
  const note = make('small.hint');
  guidance.row.append(note);
  const sampler = select([['', 'model default'], ...SAMPLERS.map((name) => [name, name])], '', { name: 'sampler' });
  const choice = adapterChoice(adapters, explainGuidance);
  const controlNet = controlNetChoice();
  let guidanceTouched = false;
  let stepsTouched = false;

  const form = make('form', { id: 'request', 'aria-label': 'Generation request' },
    bases.length > 1 ? field('Model', base) : null,
    choice.element,
    controlNet.element,
    field('Size', size), sides,
    count.row, steps.row, guidance.row,
    make('details', {}, make('summary', {}, 'More'),
      field('Negative prompt', negative), field('Sampler', sampler), field('Seed', seed)));
  const controls = [prompt, negative, base, size, width, height, seed, sampler, count.input, steps.input, guidance.input];

  /** Explains the guidance slider, which sets the adapter scale if a student is selected. */
  function explainGuidance() {
    note.textContent = choice.student()
      ? 'A student needs half as much computation as the base model with guidance.'
      : choice.prescribes() ? 'The steps and the guidance of the adapter are used until you move a slider.'
      : 'Higher values follow the prompt more closely. 1 turns guidance off.';
  }

  const chosenBase = () => bases.find(({ name }) => name === base.value);

  function baseChanged() {
    const before = size.value;
    const options = sizes(chosenBase());
    size.replaceChildren(...options.map(([value, text]) => make('option', { value }, text)));
    size.value = options.some(([value]) => value === before) ? before : '';
    [width, height].forEach((side) => (side.step = chosenBase()?.sizeMultiple ?? 1));
    choice.showFor(bases.length > 1 ? chosenBase().fingerprint : null);
    controlNet.showFor(chosenBase()?.controlNets ?? []);
    sizeChanged();
  }

  function sizeChanged() {
    sides.hidden = size.value !== CUSTOM;
  }

  function state() {
    return { values: Object.fromEntries(controls.map((each) => [each.name, each.value])), adapters: choice.state(), controlNet: controlNet.state(), guidanceTouched, stepsTouched };
  }

  function restore({ values, adapters: chosen, controlNet: steering, ...touched }) {
    base.value = bases.some(({ name }) => name === values.model) ? values.model : bases[0]?.name;
    baseChanged();
    for (const control of controls.filter(({ name }) => name !== 'model' && values[name] !== undefined)) {
      control.value = values[control.name];
    }
    [count, steps, guidance].forEach(({ show }) => show());
    choice.restore(chosen);
    controlNet.restore(steering);
    ({ guidanceTouched, stepsTouched } = touched);
    sizeChanged();
    explainGuidance();
  }

  /** Fills in the settings of a generation. */
  function fill(request) {
    const preset = `${request.width}x${request.height}`;
    const from = bases.find(({ name }) => name === request.model) ?? bases[0];
    restore({
      values: {
        prompt: request.prompt, negativePrompt: request.negativePrompt ?? '', model: from?.name,
        size: sizes(from).some(([value]) => value === preset) ? preset : CUSTOM, width: request.width, height: request.height,
        seed: request.seed, sampler: request.sampler, count: request.count ?? 1, steps: request.steps, guidanceScale: request.guidanceScale,
      },
      adapters: request.adapters ?? [],
      controlNet: request.controls?.[0],
      guidanceTouched: true,
      stepsTouched: true,
    });
    keep();
  }

  function keep() {
    sessionStorage.setItem(STORED, JSON.stringify(state()));
  }

  async function toRequest() {
    const added = choice.toRequest();
    const steering = await controlNet.toRequest();
    const { defaultSize } = chosenBase() ?? {};
    const preset = size.value || (steering.length ? `${defaultSize}x${defaultSize}` : ''); // otherwise, the condition image would set the size
    const [w, h] = size.value === CUSTOM ? [width.value, height.value] : preset.split('x');
    return {
      prompt: prompt.value,
      ...(negative.value ? { negativePrompt: negative.value } : {}),
      ...(bases.length > 1 ? { model: base.value } : {}),
      ...(added.length ? { adapters: added } : {}),
      ...(steering.length ? { controls: steering } : {}),
      // Without a guidance scale, a student uses the guidance scale at which it was distilled, and an adapter the prescribed one.
      ...((choice.student() || choice.prescribes()) && !guidanceTouched ? {} : { guidanceScale: Number(guidance.input.value) }),
      ...(choice.prescribes() && !stepsTouched ? {} : { steps: Number(steps.input.value) }),
      ...(sampler.value ? { sampler: sampler.value } : {}),
      ...(w ? { width: Number(w) } : {}),
      ...(h ? { height: Number(h) } : {}),
      ...(seed.value === '' ? {} : { seed: Number(seed.value) }),
      count: Number(count.input.value),
    };
  }

  function explain(errors) {
    form.querySelectorAll('.error').forEach((each) => each.remove());
    const fields = [...controls, ...controlNet.inputs];
    fields.forEach((each) => each.removeAttribute('aria-invalid'));
    const others = errors.filter(({ field: name, expected, found }) => {
      const [first] = name.split(' '); // "width * height" belongs to the width
      const control = fields.find((each) => each.name === first);
      const row = control === width || control === height ? sides : control?.closest('.field');
      if (!row) {
        return true;
      }
      control.setAttribute('aria-invalid', 'true');
      row.append(make('small.error', {}, `Expected ${expected}, found ${found}.`));
      row.closest('details')?.setAttribute('open', '');
      return false;
    });
    fields.find((each) => each.hasAttribute('aria-invalid'))?.focus();
    return others;
  }

  baseChanged();
  explainGuidance();
  const kept = sessionStorage.getItem(STORED);
  if (kept) {
    restore(JSON.parse(kept));
  }
  guidance.input.addEventListener('input', () => (guidanceTouched = true));
  steps.input.addEventListener('input', () => (stepsTouched = true));
  base.addEventListener('change', baseChanged);
  size.addEventListener('change', sizeChanged);
  [prompt, form].forEach((each) => ['input', 'change'].forEach((name) => each.addEventListener(name, keep)));
  return { prompt, form, toRequest, fill, explain };
}

/** Presets with about as many pixels as the base's default size, and the largest square. */
function sizes(base) {
  if (!base) {
    return [['', 'Default'], [CUSTOM, 'Custom']];
  }
  const { defaultSize, sizeMultiple, maxPixels } = base;
  const rounded = (side) => Math.max(sizeMultiple, Math.round(side / sizeMultiple) * sizeMultiple);
  const presets = SHAPES.map(([name, ratio]) => [name, rounded(defaultSize * Math.sqrt(ratio)), rounded(defaultSize / Math.sqrt(ratio))]);
  const large = 2 * defaultSize;
  return [
    ...[...presets, ['Large square', large, large]]
      .filter(([, w, h]) => w * h <= maxPixels)
      .map(([name, w, h]) => [w === defaultSize && h === defaultSize ? '' : `${w}x${h}`, `${name}, ${w} × ${h}`]),
    [CUSTOM, 'Custom'],
  ];
}
