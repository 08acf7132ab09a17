// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.worker.batching.BatchScheduler;
import io.lorafleet.worker.batching.ImageSize;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The step loop: one thread that runs one batch after another. Images join and leave between steps (continuous
 * batching). The {@link BatchScheduler} selects the batch of each step.
 */
final class StepLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger(StepLoop.class);
    private static final long IDLE_MILLIS = 200;

    private final BatchScheduler<ImageTask> scheduler;
    private final Consumer<ImageTask> decoder;
    private final Previews previews;
    private final EngineMetrics metrics;
    private final Clock clock;
    private final BlockingQueue<ImageTask> submitted = new LinkedBlockingQueue<>();
    private final List<ImageTask> running = new ArrayList<>();
    /**
     * The latest batch of each size. The next batch often contains the same images, and can then reuse the stacked
     * arrays.
     */
    private final Map<ImageSize, CachedBatch> batches = new HashMap<>();

    private final ThreadWatch watch = new ThreadWatch();
    private volatile boolean stopping;

    private record CachedBatch(List<ImageTask> tasks, StepBatch batch) {}

    /** @param decoder receives each image after its last step; must return quickly */
    StepLoop(
            BatchScheduler<ImageTask> scheduler,
            Consumer<ImageTask> decoder,
            Previews previews,
            EngineMetrics metrics,
            Clock clock) {
        this.scheduler = scheduler;
        this.previews = previews;
        this.decoder = decoder;
        this.metrics = metrics;
        this.clock = clock;
    }

    void submit(ImageTask task) {
        submitted.add(task);
    }

    /** Ends the loop after the current step. All images in the loop fail with a {@link CancellationException}. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        while (!stopping) {
            try {
                admit();
                watch.begin();
                removeEnded();
                List<ImageTask> chosen = scheduler.next(running, clock.instant());
                if (!chosen.isEmpty()) {
                    step(chosen);
                }
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException | Error e) { // a defect; without this thread, all later images would hang
                LOG.errorf(e, "The step loop failed, and %d images with it", running.size());
                failAll(e);
            }
        }
        watch.idle();
        submitted.drainTo(running);
        failAll(new CancellationException("the worker is stopping"));
    }

    /** @return how long the current step has been running; zero if no image is running */
    Duration busyFor() {
        return watch.busyFor();
    }

    private void failAll(Throwable why) {
        for (ImageTask task : List.copyOf(running)) {
            try {
                fail(task, why);
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "Cannot free the arrays of a failed image");
            }
        }
    }

    private void admit() throws InterruptedException {
        if (running.isEmpty()) {
            metrics.idle();
            watch.idle();
            ImageTask first = submitted.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (first != null) {
                running.add(first);
            }
        }
        submitted.drainTo(running);
    }

    private void removeEnded() {
        Instant now = clock.instant();
        for (ImageTask task : List.copyOf(running)) {
            RuntimeException reason = task.endReason(now);
            if (reason != null) {
                fail(task, reason);
            }
        }
    }

    private void step(List<ImageTask> chosen) {
        try {
            StepBatch batch = batch(chosen);
            chosen.forEach(ImageTask::stepping);
            metrics.begin();
            batch.advance();
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "A step of %d images failed", chosen.size());
            chosen.forEach(task -> fail(task, e));
            return;
        }
        metrics.stepped(chosen);
        Instant now = clock.instant();
        for (ImageTask task : chosen) {
            task.stepped(previews, now);
            if (task.denoising().done()) {
                remove(task);
                task.releasePrompt();
                decoder.accept(task);
            }
        }
    }

    private StepBatch batch(List<ImageTask> chosen) {
        ImageSize size = chosen.get(0).size();
        CachedBatch cached = batches.get(size);
        if (cached == null || !cached.tasks().equals(chosen) || !cached.batch().fitsNextStep()) {
            discardBatch(size);
            List<Denoising> images = chosen.stream().map(ImageTask::denoising).toList();
            cached = new CachedBatch(List.copyOf(chosen), StepBatch.of(images));
            batches.put(size, cached);
        }
        return cached.batch();
    }

    private void fail(ImageTask task, Throwable why) {
        remove(task);
        task.fail(why);
    }

    /**
     * Removes the image, and discards the cached batch of its size, because the batch may refer to the image's prompt.
     */
    private void remove(ImageTask task) {
        for (Iterator<ImageTask> each = running.iterator(); each.hasNext(); ) {
            if (each.next() == task) {
                each.remove();
                break;
            }
        }
        discardBatch(task.size());
    }

    private void discardBatch(ImageSize size) {
        CachedBatch cached = batches.remove(size);
        if (cached != null) {
            cached.batch().close();
        }
    }
}
