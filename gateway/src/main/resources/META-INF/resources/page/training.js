// What the trainer does with an adapter.

import { chart } from './chart.js';
import { make, rounded, time } from './dom.js';

const STATES = { running: 'is learning', published: 'has learned', rejected: 'learned nothing better' };

/** @param {object} training as {@code /v1/trainings} tells it */
export function trainingCard({ adapter, state, parent, samples, startedAt, steps, progress, version, reason, decisions }) {
  const last = progress.at(-1);
  return make('section.training', { 'aria-label': `Training of ${adapter}` },
    make('h3', {}, `${adapter} ${STATES[state] ?? state}`),
    make('p', {}, `From version ${parent} and ${samples} samples, since ${time(startedAt)}.`,
      version ? ` Version ${version} came of it.` : '', reason ? ` ${reason}` : ''),
    steps ? make('p', {}, make('progress', { max: steps, value: last?.step ?? 0, 'aria-label': 'Steps of the optimiser' }),
      ` step ${last?.step ?? 0} of ${steps}${last ? `, ${rounded(last.missing, 3)} of guidance is missing` : ''}`) : null,
    progress.length ? chart('Missing of what guidance makes out', progress.map(({ step }) => String(step)),
      [{ name: 'missing', values: progress.map(({ missing }) => missing) }], { zero: true }) : null,
    decisions.length ? make('ul.decisions', {}, ...decisions.toReversed().map((each) =>
      make('li', {}, make('time', { datetime: each.at }, time(each.at)), ` @${each.version} ${each.decision.replace('-', ' ')}: ${each.reason}`))) : null);
}
