// Generates images for the same prompt and seeds with the base and several adapter versions, side by side.

import { get, post } from './api.js';
import { kindOf, students, usable } from './choice.js';
import { field, make, rounded, seconds, slider, table } from './dom.js';
import { act, job } from './job.js';

export async function compare(_, signal) {
  const adapters = await get('/v1/adapters');
  const contestants = [
    { name: 'Base, guided', body: {}, checked: true },
    { name: 'Base, no guidance', body: { guidanceScale: 1 } },
    ...adapters.flatMap((adapter) => versions(adapter)),
  ];
  const results = make('section', { 'aria-label': 'Comparison' });
  const prompt = make('textarea', { rows: 2, required: true, maxlength: 4000, placeholder: 'a small blue ring' });
  const seed = make('input', { type: 'number', min: 0, max: 4294967288, value: 1, required: true });
  const seeds = slider('Seeds', { min: 1, max: 6, value: 3 });
  const steps = slider('Steps', { min: 1, max: 100, value: 20 });
  const boxes = contestants.map((each) => {
    each.box = make('input', { type: 'checkbox', checked: each.checked });
    return make('label.option', {}, each.box, ' ', each.name);
  });
  const submit = make('button.primary', { type: 'submit' }, 'Compare');
  const form = make('form', { 'aria-label': 'Comparison settings' },
    field('Prompt', prompt),
    make('fieldset', {}, make('legend', {}, 'Variants'), ...boxes),
    field('First seed', seed), seeds.row, steps.row,
    make('p.actions', {}, submit));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = {
      prompt: prompt.value,
      seed: Number(seed.value),
      count: Number(seeds.input.value),
      steps: Number(steps.input.value),
    };
    submit.disabled = true;
    await run(contestants.filter(({ box }) => box.checked), body);
    submit.disabled = false;
  });

  async function run(chosen, body) {
    const columns = make('div.contest');
    const summary = make('div');
    results.replaceChildren(make('h2', {}, body.prompt), columns, summary);
    const ended = [];
    for (const contestant of chosen) { // one after another, so that the variants do not slow each other down
      const column = make('section', { 'aria-label': contestant.name }, make('h3', {}, contestant.name));
      columns.append(column);
      await act(async () => {
        const generation = await post('/v1/generations', { ...body, ...contestant.body });
        const end = await new Promise((onFinished) => column.append(job(generation, signal, { students: students(adapters), onFinished })));
        ended.push({ name: contestant.name, end });
        summary.replaceChildren(figures(chosen, ended));
      });
    }
  }

  return make('div.columns', {}, form, results);
}

function versions(adapter) {
  const kind = kindOf(adapter);
  return usable(adapter)
    .slice(-4)
    .map(({ version }) => ({
      name: `${adapter.name}@${version} (${kind})`,
      body: { adapter: `${adapter.name}@${version}` },
      checked: kind === 'student' && version === usable(adapter).at(-1).version,
    }));
}

/** Shows figures relative to the first variant, which is usually the teacher. */
function figures(chosen, ended) {
  const found = chosen
    .map(({ name }) => ended.find((each) => each.name === name))
    .filter((each) => each?.end.status === 'succeeded');
  const [first] = found;
  const time = (each) => seconds(each.end.elapsed);
  const row = (each) =>
    make('tr', {},
      make('th', { scope: 'row' }, each.name),
      make('td', {}, `${rounded(time(each))} s`),
      make('td', {}, each === first ? '' : `${rounded(time(each) / time(first))} ×`),
      make('td', {}, each.end.unetEvaluations),
      make('td', {}, each === first ? '' : `${rounded(each.end.unetEvaluations / first.end.unetEvaluations)} ×`));
  return table('Worker time and UNet evaluations',
    ['Variant', 'Time', 'Relative time', 'Evaluations', 'Relative evaluations'], found.map(row));
}
