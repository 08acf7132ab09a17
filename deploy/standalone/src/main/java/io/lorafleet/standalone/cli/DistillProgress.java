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
 * Shows how a run goes: a bar on a terminal, else a line now and then. On Ctrl-C it breaks the run off between two steps:
 * the process must not end while PyTorch computes, which would crash.
 */
final class DistillProgress implements Consumer<TrainingProgress>, AutoCloseable {
    /** Single batches differ much, so what is shown is a mean over the last ones. */
    private static final double KEPT = 0.95;

    private static final int STEPS_A_LINE = 20;
    /** For a step, which takes long with a large model. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

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
            ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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
                ? "drawing images to learn from"
                : String.format(Locale.ROOT, "loss %.5f, ", progress.loss())
                        // Without a teacher there is nothing to compare with.
                        + (Double.isNaN(missing) ? "" : String.format(Locale.ROOT, "%.3f of no guidance, ", missing))
                        + String.format(Locale.ROOT, "rate %.1e", progress.learningRate());
        if (bar != null) {
            bar.stepTo(progress.step());
            bar.setExtraMessage(" " + state);
        } else if (!progress.drawing() && progress.step() % STEPS_A_LINE == 0) {
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
