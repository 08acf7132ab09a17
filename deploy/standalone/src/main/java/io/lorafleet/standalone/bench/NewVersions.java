// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.WorkerMetrics.Swaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The adapter versions published during a run.
 *
 * @param published the number of published versions
 * @param drawn the number of distinct versions that generated images, including versions from before the run
 * @param swaps the cost of the new versions; null if the workers' metrics are not available
 */
public record NewVersions(
        int published, long drawn, @Nullable Swaps swaps) {
    String text(int failed) {
        List<String> lines = new ArrayList<>();
        lines.add(line("%d versions published, images from %d versions, %d requests failed", published, drawn, failed));
        if (swaps != null) {
            lines.add(line(
                    "%-26s %8.3f s p50, %.3f s p95 of %.0f versions",
                    "activation", swaps.activationP50(), swaps.activationP95(), swaps.activations()));
            if (swaps.longestGap() > 0) { // 0 if the workers do not export the metric
                lines.add(line(
                        "%-26s %8.4f s, %.2f times the median step (%.4f s)",
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
