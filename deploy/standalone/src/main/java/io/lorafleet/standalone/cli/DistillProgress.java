// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.distillation.TrainingProgress;
import io.lorafleet.standalone.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run's progress: a progress bar on a terminal, otherwise a line every few steps. Ctrl-C stops the run between
 * two steps, because the process crashes if it exits during a PyTorch computation.
 */
final class DistillProgress implements Consumer<TrainingProgress>, AutoCloseable {
    /** Decay of the running mean. A mean is displayed because the losses of individual batches vary widely. */
    private static final double KEPT = 0.95;

    private static final int STEPS_PER_LINE = 20;
    /** Long enough for one step, which is slow if the model is large. */
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(2);

    private final PrintStream out;
    private final boolean terminal = Terminal.isThere();
    private final long start = System.nanoTime();
    private @Nullable ProgressBar bar;
    private final Thread hook = new Thread(this::stop);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private int first = -1;
    private double missing = Double.NaN;

    DistillProgress(PrintStream out) {
        this.out = out;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        stopping = true;
        try {
            ended.await(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void accept(TrainingProgress progress) {
        if (stopping) {
            throw new CancellationException();
        }
        if (first < 0) {
            first = progress.step();
            bar = terminal ? bar(progress) : null;
        }
        if (!progress.drawing()) {
            missing = Double.isNaN(missing) ? progress.missing() : KEPT * missing + (1 - KEPT) * progress.missing();
        }
        String state = progress.drawing()
                ? "generating images for training"
                : String.format(Locale.ROOT, "loss %.5f, ", progress.loss())
                        // There is no reference loss without a teacher.
                        + (Double.isNaN(missing)
                                ? ""
                                : String.format(Locale.ROOT, "relative loss %.3f (1 without guidance), ", missing))
                        + String.format(Locale.ROOT, "learning rate %.1e", progress.learningRate());
        if (bar != null) {
            bar.stepTo(progress.step());
            bar.setExtraMessage(" " + state);
        } else if (!progress.drawing() && progress.step() % STEPS_PER_LINE == 0) {
            out.println("step " + progress.step() + " of " + progress.steps() + ": " + state + ", "
                    + left(progress).toMinutes() + " min left");
        }
    }

    private ProgressBar bar(TrainingProgress progress) {
        return Terminal.bar("distilling", out)
                .setInitialMax(progress.steps())
                .startsFrom(progress.step(), Duration.ZERO)
                .setUnit(" steps", 1)
                .build();
    }

    private Duration left(TrainingProgress progress) {
        double each = (double) (System.nanoTime() - start) / (progress.step() - first);
        return Duration.ofNanos((long) (each * (progress.steps() - progress.step())));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
        ended.countDown();
        if (!stopping) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
