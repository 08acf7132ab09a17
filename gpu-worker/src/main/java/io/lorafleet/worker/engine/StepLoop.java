// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.worker.batching.BatchScheduler;
import io.lorafleet.worker.batching.ImageSize;
import java.time.Clock;
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
 * The one thread that steps images. Between two steps images join and leave; each step takes the batch whose turn it
 * is.
 */
final class StepLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger(StepLoop.class);
    private static final long IDLE_MILLIS = 200;

    private final BatchScheduler<ImageTask> scheduler;
    private final Consumer<ImageTask> decoder;
    private final Previews previews;
    private final EngineMetrics metrics;
    private final Clock clock;
    private final BlockingQueue<ImageTask> joining = new LinkedBlockingQueue<>();
    private final List<ImageTask> running = new ArrayList<>();
    /** The latest batch of each size, since the next one often has the same images. */
    private final Map<ImageSize, Kept> batches = new HashMap<>();

    private volatile boolean stopping;

    private record Kept(List<ImageTask> tasks, StepBatch batch) {}

    /** @param decoder takes what has made its last step; must be quick */
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

    void join(ImageTask task) {
        joining.add(task);
    }

    /** Takes no further step; what is on its way is given up. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        while (!stopping) {
            try {
                takeIn();
            } catch (InterruptedException e) {
                break;
            }
            dropThoseThatEnded();
            List<ImageTask> chosen = scheduler.next(running, clock.instant());
            if (!chosen.isEmpty()) {
                step(chosen);
            }
        }
        joining.drainTo(running);
        List.copyOf(running).forEach(task -> giveUp(task, new CancellationException("the worker stops")));
    }

    private void takeIn() throws InterruptedException {
        if (running.isEmpty()) {
            metrics.idle();
            ImageTask first = joining.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (first != null) {
                running.add(first);
            }
        }
        joining.drainTo(running);
    }

    private void dropThoseThatEnded() {
        Instant now = clock.instant();
        for (ImageTask task : List.copyOf(running)) {
            RuntimeException end = task.end(now);
            if (end != null) {
                giveUp(task, end);
            }
        }
    }

    private void step(List<ImageTask> chosen) {
        try {
            StepBatch batch = batch(chosen);
            metrics.begin();
            batch.advance();
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "a step of %d images failed", chosen.size());
            chosen.forEach(task -> giveUp(task, e));
            return;
        }
        metrics.stepped(chosen);
        Instant now = clock.instant();
        for (ImageTask task : chosen) {
            task.stepped(previews, now);
            if (task.denoising().done()) {
                leave(task);
                task.leavePrompt();
                decoder.accept(task);
            }
        }
    }

    private StepBatch batch(List<ImageTask> chosen) {
        ImageSize size = chosen.get(0).size();
        Kept kept = batches.get(size);
        if (kept == null || !kept.tasks().equals(chosen)) {
            forgetBatch(size);
            List<Denoising> images = chosen.stream().map(ImageTask::denoising).toList();
            kept = new Kept(List.copyOf(chosen), StepBatch.of(images));
            batches.put(size, kept);
        }
        return kept.batch();
    }

    private void giveUp(ImageTask task, Throwable why) {
        leave(task);
        task.giveUp(why);
    }

    /** Its size's batch goes with it, which may use its prompt. */
    private void leave(ImageTask task) {
        for (Iterator<ImageTask> each = running.iterator(); each.hasNext(); ) {
            if (each.next() == task) {
                each.remove();
                break;
            }
        }
        forgetBatch(task.size());
    }

    private void forgetBatch(ImageSize size) {
        Kept kept = batches.remove(size);
        if (kept != null) {
            kept.batch().close();
        }
    }
}
