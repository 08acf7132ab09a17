// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.WorkerMetrics.Swaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How versions of adapters that were published during a run came into use.
 *
 * @param published versions
 * @param drawn different versions with which images were drawn, those from before the run among them
 * @param swaps null if the workers do not tell
 */
public record NewVersions(
        int published, long drawn, @Nullable Swaps swaps) {
    String text(int failed) {
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "%d versions published meanwhile, %d different ones drew images, %d requests failed",
                published, drawn, failed));
        if (swaps != null) {
            lines.add(line(
                    "%-26s %8.3f s p50, %.3f s p95 of %.0f versions",
                    "activation", swaps.activationP50(), swaps.activationP95(), swaps.activations()));
            if (swaps.longestGap() > 0) { // else the workers do not tell
                lines.add(line(
                        "%-26s %8.4f s, %.2f of a median step (%.4f s)",
                        "longest gap between steps",
                        swaps.longestGap(),
                        swaps.longestGapInSteps(),
                        swaps.medianStep()));
            }
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
