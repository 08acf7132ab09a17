// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;

/** Shows how a generation gets on. */
interface ProgressDisplay extends AutoCloseable {
    /** A worker began; or another one, anew. */
    void startedOn(String workerId);

    /** @param step steps done of all images together */
    void step(int step, int steps);

    @Override
    void close();

    /** @return a bar on a terminal, else a few lines */
    static ProgressDisplay on(PrintStream out) {
        return Terminal.isThere() ? new Bar(out) : new Lines(out);
    }

    /** A line that moves. */
    final class Bar implements ProgressDisplay {
        private final ProgressBar bar;

        Bar(PrintStream out) {
            bar = Terminal.bar("drawing", out)
                    .setInitialMax(-1) // not known yet
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
    final class Lines implements ProgressDisplay {
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
