// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.worker.batching.PictureSize;
import io.lorafleet.worker.batching.Turns;
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
 * The one thread that steps pictures. Between two steps pictures join and leave; each step takes the batch whose turn it
 * is.
 */
final class StepLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger(StepLoop.class);
    private static final long IDLE_MILLIS = 200;

    private final Turns<Ride> turns;
    private final Consumer<Ride> decoder;
    private final Previews previews;
    private final EngineMetrics metrics;
    private final Clock clock;
    private final BlockingQueue<Ride> joining = new LinkedBlockingQueue<>();
    private final List<Ride> riding = new ArrayList<>();
    /** The latest batch of each size, since the next one often has the same pictures. */
    private final Map<PictureSize, Kept> batches = new HashMap<>();

    private volatile boolean stopping;

    private record Kept(List<Ride> rides, StepBatch batch) {}

    /** @param decoder takes what has made its last step; must be quick */
    StepLoop(Turns<Ride> turns, Consumer<Ride> decoder, Previews previews, EngineMetrics metrics, Clock clock) {
        this.turns = turns;
        this.previews = previews;
        this.decoder = decoder;
        this.metrics = metrics;
        this.clock = clock;
    }

    void join(Ride ride) {
        joining.add(ride);
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
            List<Ride> chosen = turns.next(riding, clock.instant());
            if (!chosen.isEmpty()) {
                step(chosen);
            }
        }
        joining.drainTo(riding);
        List.copyOf(riding).forEach(ride -> giveUp(ride, new CancellationException("the worker stops")));
    }

    private void takeIn() throws InterruptedException {
        if (riding.isEmpty()) {
            metrics.idle();
            Ride first = joining.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (first != null) {
                riding.add(first);
            }
        }
        joining.drainTo(riding);
    }

    private void dropThoseThatEnded() {
        Instant now = clock.instant();
        for (Ride ride : List.copyOf(riding)) {
            RuntimeException end = ride.end(now);
            if (end != null) {
                giveUp(ride, end);
            }
        }
    }

    private void step(List<Ride> chosen) {
        try {
            StepBatch batch = batch(chosen);
            metrics.begin();
            batch.advance();
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "a step of %d pictures failed", chosen.size());
            chosen.forEach(ride -> giveUp(ride, e));
            return;
        }
        metrics.stepped(chosen);
        Instant now = clock.instant();
        for (Ride ride : chosen) {
            ride.stepped(previews, now);
            if (ride.denoising().done()) {
                leave(ride);
                ride.leavePrompt();
                decoder.accept(ride);
            }
        }
    }

    private StepBatch batch(List<Ride> chosen) {
        PictureSize size = chosen.get(0).size();
        Kept kept = batches.get(size);
        if (kept == null || !kept.rides().equals(chosen)) {
            forgetBatch(size);
            List<Denoising> pictures = chosen.stream().map(Ride::denoising).toList();
            kept = new Kept(List.copyOf(chosen), StepBatch.of(pictures));
            batches.put(size, kept);
        }
        return kept.batch();
    }

    private void giveUp(Ride ride, Throwable why) {
        leave(ride);
        ride.giveUp(why);
    }

    /** Its size's batch goes with it, which may use its prompt. */
    private void leave(Ride ride) {
        for (Iterator<Ride> each = riding.iterator(); each.hasNext(); ) {
            if (each.next() == ride) {
                each.remove();
                break;
            }
        }
        forgetBatch(ride.size());
    }

    private void forgetBatch(PictureSize size) {
        Kept kept = batches.remove(size);
        if (kept != null) {
            kept.batch().close();
        }
    }
}
