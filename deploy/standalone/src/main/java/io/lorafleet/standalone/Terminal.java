// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Where somebody watches, so that a line may move. */
public final class Terminal {
    private Terminal() {}

    /** @return whether {@code deploy/fleet} found one */
    public static boolean isThere() {
        return Boolean.getBoolean("lorafleet.terminal");
    }

    /** @return a bar in the one style of all commands */
    public static ProgressBarBuilder bar(String task, PrintStream out) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .setConsumer(new ConsoleProgressBarConsumer(out));
    }
}
