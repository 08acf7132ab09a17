// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The terminal that the command line runs in, if there is one. */
public final class Terminal {
    private Terminal() {}

    /**
     * @return whether standard error is a terminal; {@code deploy/fleet} sets the system property {@code
     *     lorafleet.terminal}
     */
    public static boolean isThere() {
        return Boolean.getBoolean("lorafleet.terminal");
    }

    /** @return whether colors are allowed; see <a href="https://no-color.org">no-color.org</a> */
    private static boolean isColored() {
        String noColor = System.getenv("NO_COLOR");
        return noColor == null || noColor.isEmpty();
    }

    /** @return a progress bar that looks the same in all commands */
    public static ProgressBarBuilder bar(String task, PrintStream out) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(isColored() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.UNICODE_BLOCK)
                .setConsumer(new ConsoleProgressBarConsumer(out));
    }
}
