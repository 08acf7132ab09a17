// The card of a training run.

import { chart } from './chart.js';
import { make, rounded, time } from './dom.js';

const STATES = { running: 'training', published: 'published', rejected: 'rejected' };

/** @param {object} training training run as returned by /v1/trainings */
export function trainingCard({ adapter, state, parent, samples, startedAt, steps, progress, version, reason, decisions }) {
  const last = progress.at(-1);
  return make('section.training', { 'aria-label': `Training of ${adapter}` },
    make('h3', {}, `${adapter}: ${STATES[state] ?? state}`),
    make('p', {}, `Started at ${time(startedAt)} from version ${parent}, with ${samples} samples.`,
      version ? ` Published version ${version}.` : '', reason ? ` ${reason}` : ''),
    steps ? make('p', {}, make('progress', { max: steps, value: last?.step ?? 0, 'aria-label': 'Optimizer steps' }),
      ` Step ${last?.step ?? 0} of ${steps}${last ? `, ${rounded(last.missing, 3)} of the guidance effect not yet learned` : ''}`) : null,
    progress.length ? chart('Guidance effect not yet learned', progress.map(({ step }) => String(step)),
      [{ name: 'not yet learned', values: progress.map(({ missing }) => missing) }], { zero: true }) : null,
    decisions.length ? make('ul.decisions', {}, ...decisions.toReversed().map((each) =>
      make('li', {}, make('time', { datetime: each.at }, time(each.at)), ` @${each.version} ${each.decision.replace('-', ' ')}: ${each.reason}`))) : null);
}
