// The view of the fleet: queue, throughput, latency, workers and training runs.

import { get } from './api.js';
import { chart } from './chart.js';
import { clock, make, rounded, table, time } from './dom.js';
import { trainingCard } from './training.js';

const EVERY = 3000;
/** The upper limit of the gateway's estimate. */
const LONGEST = 600;

export async function fleet(_, signal) {
  const view = make('div.fleet');
  const refresh = async () => {
    const [workers, summary, trainings] = await Promise.all([get('/v1/workers'), get('/v1/fleet'), get('/v1/trainings')]);
    view.replaceChildren(queue(summary), charts(summary), workerTable(workers),
      ...trainings.map((training) => trainingCard(training)));
  };
  await refresh();
  const timer = setInterval(() => refresh().catch(() => {}), EVERY);
  signal.addEventListener('abort', () => clearInterval(timer));
  return view;
}

function queue({ queued, running, clearsInSeconds, imagesPerMinute }) {
  const figure = (value, name) => make('div.figure', {}, make('strong', {}, value), make('span', {}, name));
  return make('section.figures', { 'aria-label': 'Current load' },
    figure(queued, 'waiting'),
    figure(running, 'running'),
    figure(queued + running ? `${clearsInSeconds}${clearsInSeconds < LONGEST ? '' : '+'} s` : '–', 'until all requests have finished'),
    figure(imagesPerMinute, 'images in the last minute'));
}

function charts({ minutes }) {
  const labels = minutes.map(({ minute }) => clock(minute));
  return make('section.charts', { 'aria-label': 'Last 30 minutes' },
    chart('Images per minute', labels, [{ name: 'images', values: minutes.map(({ images }) => images) }], { zero: true, digits: 0 }),
    chart('Latency in seconds', labels, [
      { name: 'median', values: minutes.map(({ medianSeconds }) => medianSeconds ?? null) },
      { name: '95th percentile', values: minutes.map(({ p95Seconds }) => p95Seconds ?? null) },
    ], { zero: true, digits: 1 }));
}

function workerTable(workers) {
  const heads = ['Worker', 'State', 'Slots', 'Rows per batch', 'Model', 'Adapters on the device', 'Last seen'];
  const row = (worker) =>
    make('tr', {},
      make('th', { scope: 'row' }, worker.workerId),
      make('td', {}, make(`span.badge.${worker.state}`, {}, worker.state)),
      make('td', {}, make('meter', { min: 0, max: worker.slots, value: worker.busySlots, 'aria-label': 'Busy slots' }), ` ${worker.busySlots} of ${worker.slots}`),
      make('td', {}, worker.batches ? `${rounded(worker.batches.rows, 1)} of ${worker.batches.capacity}` : '–'),
      make('td', {}, `${worker.model} on ${worker.device}`),
      make('td', {}, worker.residentAdapters.slice(0, 8).join(' ') || '–',
        ...worker.refusedAdapters.map(({ adapter, reason }) => make('p.problem', {}, `Cannot use ${adapter}: ${reason}`))),
      make('td', {}, time(worker.lastSeen)));
  return table('Workers', heads, workers.map(row));
}
