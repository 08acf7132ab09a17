// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.Terminal;
import io.lorafleet.standalone.client.GenerationFollower;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;

/** Shows a generation's progress. */
interface ProgressDisplay extends GenerationFollower.Progress, AutoCloseable {
    /** Shows nothing. */
    ProgressDisplay NONE = new ProgressDisplay() {
        @Override
        public void startedOn(String workerId) {}

        @Override
        public void step(int step, int steps) {}

        @Override
        public void close() {}
    };

    @Override
    void close();

    /** @return a progress bar on a terminal, otherwise a few lines of text */
    static ProgressDisplay on(PrintStream out) {
        return Terminal.isThere() ? new Bar(out) : new Lines(out);
    }

    /** A progress bar. */
    final class Bar implements ProgressDisplay {
        private final ProgressBar bar;

        Bar(PrintStream out) {
            bar = Terminal.bar("generating", out)
                    .setInitialMax(-1) // unknown until the first step
                    .setUnit(" steps", 1)
                    .build();
        }

        @Override
        public void startedOn(String workerId) {
            bar.setExtraMessage("on " + workerId);
        }

        @Override
        public void step(int step, int steps) {
            bar.maxHint(steps);
            bar.stepTo(step);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** About ten lines, for logs and pipes. */
    public final class Lines implements ProgressDisplay {
        private static final int LINES = 10;

        private final PrintStream out;

        Lines(PrintStream out) {
            this.out = out;
        }

        @Override
        public void startedOn(String workerId) {
            out.println("started on " + workerId);
        }

        @Override
        public void step(int step, int steps) {
            if (step == steps || step % Math.max(1, steps / LINES) == 0) {
                out.println("step " + step + " of " + steps);
            }
        }

        @Override
        public void close() {}
    }
}
