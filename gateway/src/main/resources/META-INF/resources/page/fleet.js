// The workers, what waits for them, and how fast they are.

import { get } from './api.js';
import { chart } from './chart.js';
import { clock, make, rounded, table, time } from './dom.js';
import { trainingCard } from './training.js';

const EVERY = 3000;
/** The gateway does not look further ahead. */
const LONGEST = 600;

export async function fleet(_, signal) {
  const view = make('div.fleet');
  const tell = async () => {
    const [workers, summary, trainings] = await Promise.all([get('/v1/workers'), get('/v1/fleet'), get('/v1/trainings')]);
    view.replaceChildren(queue(summary), charts(summary), workerTable(workers),
      ...trainings.map((training) => trainingCard(training)));
  };
  await tell();
  const timer = setInterval(() => tell().catch(() => {}), EVERY);
  signal.addEventListener('abort', () => clearInterval(timer));
  return view;
}

function queue({ queued, running, clearsInSeconds, imagesPerMinute }) {
  const figure = (value, name) => make('div.figure', {}, make('strong', {}, value), make('span', {}, name));
  return make('section.figures', { 'aria-label': 'Now' },
    figure(queued, 'waiting'),
    figure(running, 'under way'),
    figure(queued + running ? `${clearsInSeconds}${clearsInSeconds < LONGEST ? '' : '+'} s` : '–', 'until all are done'),
    figure(imagesPerMinute, 'images in the last minute'));
}

function charts({ minutes }) {
  const labels = minutes.map(({ minute }) => clock(minute));
  return make('section.charts', { 'aria-label': 'The last half hour' },
    chart('Images a minute', labels, [{ name: 'images', values: minutes.map(({ images }) => images) }], { zero: true, digits: 0 }),
    chart('Seconds from order to image', labels, [
      { name: 'half of them within', values: minutes.map(({ medianSeconds }) => medianSeconds ?? null) },
      { name: '95 of 100 within', values: minutes.map(({ p95Seconds }) => p95Seconds ?? null) },
    ], { zero: true, digits: 1 }));
}

function workerTable(workers) {
  const heads = ['Worker', 'State', 'Slots', 'Rows a batch', 'Model', 'Adapters on the device', 'Heard of'];
  const row = (worker) =>
    make('tr', {},
      make('th', { scope: 'row' }, worker.workerId),
      make('td', {}, make(`span.badge.${worker.state}`, {}, worker.state)),
      make('td', {}, make('meter', { min: 0, max: worker.slots, value: worker.busySlots, 'aria-label': 'Busy slots' }), ` ${worker.busySlots} of ${worker.slots}`),
      make('td', {}, worker.batches ? `${rounded(worker.batches.rows, 1)} of ${worker.batches.capacity}` : '–'),
      make('td', {}, `${worker.model} on ${worker.device}`),
      make('td', {}, worker.residentAdapters.slice(0, 8).join(' ') || '–',
        ...worker.refusedAdapters.map(({ adapter, reason }) => make('p.problem', {}, `cannot use ${adapter}: ${reason}`))),
      make('td', {}, time(worker.lastSeen)));
  return table('Workers', heads, workers.map(row));
}
