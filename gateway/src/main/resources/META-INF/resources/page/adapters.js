// The view of adapters: versions, quality, routes, training and uploads.

import { get, post, put, remove, upload } from './api.js';
import { chart } from './chart.js';
import { kindOf, usable } from './choice.js';
import { field, fileField, make, rounded, say, select, slider, table, time } from './dom.js';
import { act } from './job.js';
import { trainingCard } from './training.js';

/** @param {string[]} rest the name of the adapter to show, if any */
export async function adapters([name], signal) {
  const all = await get('/v1/adapters');
  const chosen = all.find((adapter) => adapter.name === name) ?? all[0];
  const list = make('ul.list');
  const changed = (current) => list.replaceChildren(...all.map((adapter) => entry(adapter.name === current.name ? current : adapter, chosen)));
  const detail = make('section', { 'aria-label': chosen ? chosen.name : 'Adapter' });
  if (chosen) {
    await show(chosen, detail, signal, changed);
  } else {
    detail.append(make('p.hint', {}, 'There are no adapters yet. Upload an adapter, or train a student with the command "fleet distill".'));
  }
  return make('div.columns', {}, make('div', {}, all.length ? list : null, uploadForm()), detail);
}

function entry(adapter, chosen) {
  return make('li', {}, make('a', { href: `#/adapters/${encodeURIComponent(adapter.name)}`, 'aria-current': adapter.name === chosen.name ? 'true' : null },
    adapter.name, ' ', make(`span.badge.${kindOf(adapter)}`, {}, kindOf(adapter)),
    make('small', {}, routeText(adapter))));
}

function routeText({ route, versions }) {
  if (!versions.some((version) => !version.retiredAt)) {
    return 'retired';
  }
  if (!route) {
    return 'no route: requests use the newest version';
  }
  const parts = [`stable @${route.stable}`];
  if (route.canary) {
    parts.push(`canary @${route.canary.version}, ${Math.round(100 * route.canary.share)}%`);
  }
  if (route.shadow) {
    parts.push(`shadow @${route.shadow.version}`);
  }
  return parts.join(', ');
}

async function show(adapter, detail, signal, changed) {
  const training = make('div');
  const fill = (current) => {
    changed(current);
    detail.replaceChildren(
      make('h2', {}, current.name),
      make('p', {}, routeText(current)),
      quality(current),
      versionTable(current, fill),
      usable(current).length ? routeForm(current, fill) : '',
      training,
    );
  };
  fill(adapter);
  const refresh = async () => {
    const trainings = await get('/v1/trainings').catch(() => []);
    const mine = trainings.find((each) => each.adapter === adapter.name);
    training.replaceChildren(...(mine ? [trainingCard(mine)] : []));
  };
  await refresh();
  const timer = setInterval(refresh, 3000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** The quality of the versions that the trainer published. */
function quality({ versions }) {
  const measured = versions.filter((version) => version.figures);
  if (!measured.length) {
    return make('p.hint', {}, 'No quality data: only versions from the trainer are measured.');
  }
  const labels = [];
  const learned = [];
  const adherence = [];
  for (const { version, lineage, figures } of measured) {
    const before = `@${lineage.parent}`;
    if (!labels.includes(before)) {
      labels.push(before);
      learned.push(figures.parentLearned);
      adherence.push(figures.parentAdherence ?? null);
    }
    labels.push(`@${version}`);
    learned.push(figures.learned);
    adherence.push(figures.adherence ?? null);
  }
  return chart('Quality by version, on held-out prompts', labels, [
    { name: 'share of the guidance effect learned', values: learned },
    { name: 'prompt adherence', values: adherence },
  ]);
}

function versionTable(adapter, changed) {
  return table('Versions', ['Version', 'Created', 'Source', 'Guidance learned', 'Prompt adherence', 'File', ''],
    adapter.versions.toReversed().map((version) => versionRow(adapter, version, changed)));
}

function versionRow({ name, route }, version, changed) {
  const { lineage, figures } = version;
  const uses = ['stable', 'canary', 'shadow'].filter((use) => (route?.[use]?.version ?? route?.[use]) === version.version);
  const retire = async () => {
    await act(async () => {
      await remove(`/v1/adapters/${name}/versions/${version.version}`);
      changed(await get(`/v1/adapters/${name}`));
      say(`Retired ${name}@${version.version}.`);
    });
  };
  return make(version.retiredAt ? 'tr.retired' : 'tr', {},
    make('th', { scope: 'row' }, `@${version.version} `, ...uses.map((use) => make(`span.badge.${use}`, {}, use))),
    make('td', {}, time(version.createdAt)),
    make('td', {}, lineage ? `@${lineage.parent}, ${lineage.samples} samples` : 'uploaded'),
    make('td', {}, rounded(figures?.learned, 3)),
    make('td', {}, rounded(figures?.adherence, 3)),
    make('td', {}, `${rounded(version.sizeBytes / 2 ** 20, 1)} MiB, ${version.embedding ? embedding(version.embedding) : `rank ${version.rank}`}${version.textEncoder === 'ignored' ? ', UNet only' : ''}${prescribed(version.samplingDefaults)}`),
    make('td', {}, version.retiredAt ? 'retired'
      : make('button', { type: 'button', onclick: retire, disabled: uses.length > 0, 'aria-label': `Retire @${version.version}` }, 'Retire')));
}

function embedding({ triggerWord, vectors }) {
  return `embedding with the trigger word ${triggerWord} (${vectors} ${vectors === 1 ? 'vector' : 'vectors'})`;
}

function routeForm(adapter, changed) {
  const { name, route } = adapter;
  const versions = usable(adapter).map(({ version }) => [String(version), `@${version}`]).toReversed();
  const none = [['', 'none'], ...versions];
  const stable = select(versions, String(route?.stable ?? versions[0][0]));
  const canary = select(none, String(route?.canary?.version ?? ''));
  const share = slider('Canary share', { min: 1, max: 100, value: Math.round(100 * (route?.canary?.share ?? 0.1)) }, (value) => `${value}%`);
  const shadow = select(none, String(route?.shadow?.version ?? ''));
  const shadowShare = slider('Shadow share', { min: 1, max: 100, value: Math.round(100 * (route?.shadow?.share ?? 0.1)) }, (value) => `${value}%`);
  const enable = () => {
    share.input.disabled = !canary.value;
    shadowShare.input.disabled = !shadow.value;
  };
  canary.addEventListener('change', enable);
  shadow.addEventListener('change', enable);
  enable();
  const change = (task, words) => act(async () => {
    changed(await task());
    say(words);
  });
  const form = make('form.route', { 'aria-label': 'Route' },
    make('h3', {}, 'Route'),
    field('Stable', stable, 'Used by requests that do not name a version.'),
    field('Canary', canary, 'Used instead of the stable version by a share of the requests that do not name a version.'), share.row,
    field('Shadow', shadow, 'Measured on a share of the requests, without any effect on their images.'), shadowShare.row,
    make('p.actions', {},
      make('button.primary', { type: 'submit' }, 'Set route'),
      make('button', { type: 'button', disabled: !route?.previousStable, onclick: () => change(() => post(`/v1/adapters/${name}/rollback`), 'Rolled back to the previous stable version.') }, 'Roll back'),
      make('button', { type: 'button', disabled: !route, onclick: () => change(() => remove(`/v1/adapters/${name}/route`), 'Route removed. Requests use the newest version.') }, 'Remove route')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const part = (version, { input }) => (version.value ? { version: Number(version.value), share: Number(input.value) / 100 } : undefined);
    const body = { stable: Number(stable.value), canary: part(canary, share), shadow: part(shadow, shadowShare) };
    change(() => put(`/v1/adapters/${name}/route`, body), 'Route set.');
  });
  return form;
}

function uploadForm() {
  const file = make('input', { type: 'file', accept: '.safetensors', required: true });
  const name = make('input', { required: true, pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]*', placeholder: 'crayon' });
  const kind = select([['style', 'style: used with guidance'], ['student', 'student: replaces guidance']], 'style');
  const guidance = make('input', { type: 'number', min: 1.1, max: 50, step: 0.1, value: 5 });
  const guidanceField = field('Guidance scale at which the student was distilled', guidance);
  const word = make('input', { placeholder: '<cat-toy>' });
  const enable = () => (guidanceField.hidden = kind.value !== 'student');
  kind.addEventListener('change', enable);
  enable();
  const suggest = () => {
    name.value ||= (file.files[0]?.name ?? '').replace(/\.safetensors$/, '').replace(/[^A-Za-z0-9._-]+/g, '-');
  };
  const zone = fileField('Safetensors file (diffusers or kohya)', file, suggest);
  const form = make('form', { 'aria-label': 'Upload an adapter' },
    make('h3', {}, 'Upload'), zone, field('Name', name, 'If the adapter exists, the file becomes its next version.'),
    field('Kind', kind), guidanceField,
    field('Trigger word', word, 'Only for an embedding: the word in a prompt that its vectors replace. Default: the word in the file, or the name of the adapter.'),
    make('p.actions', {}, make('button.primary', { type: 'submit' }, 'Upload')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(async () => {
      const query = kind.value === 'student' ? `?kind=student&guidance=${guidance.value}` : '?kind=style';
      const trigger = word.value ? `&triggerWord=${encodeURIComponent(word.value)}` : '';
      const version = await upload(`/v1/adapters/${encodeURIComponent(name.value)}${query}${trigger}`, file.files[0]);
      say(`Uploaded ${version.name}@${version.version}.`);
      const there = `#/adapters/${encodeURIComponent(version.name)}`;
      if (location.hash === there) {
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      } else {
        location.hash = there;
      }
    });
  });
  return form;
}

/** The sampling that the adapter's author prescribes. */
function prescribed(defaults) {
  if (!defaults) return '';
  const { sampler, steps, timesteps, timestepSpacing, guidanceScale, eta } = defaults;
  const words = [
    sampler,
    timesteps ? `timesteps ${timesteps.join(', ')}` : steps && `${steps} steps`,
    timestepSpacing && `${timestepSpacing} spacing`,
    guidanceScale && `guidance ${guidanceScale}`,
    eta !== undefined && `eta ${eta}`,
  ];
  return `; prescribes ${words.filter(Boolean).join(', ')}`;
}
