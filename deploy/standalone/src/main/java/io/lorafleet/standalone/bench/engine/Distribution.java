// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A distribution of times, in seconds. Percentiles use the nearest-rank method: the percentile for a share is the
 * smallest measured time that is at least as long as that share of all times.
 */
public record Distribution(int count, double p50, double p95, double p99, double max) {

    /** @return the distribution; null if there are no times */
    public static @Nullable Distribution of(Collection<Duration> times) {
        if (times.isEmpty()) {
            return null;
        }
        List<Double> sorted = times.stream().map(Durations::seconds).sorted().toList();
        return new Distribution(
                sorted.size(),
                percentile(sorted, 0.5),
                percentile(sorted, 0.95),
                percentile(sorted, 0.99),
                percentile(sorted, 1));
    }

    private static double percentile(List<Double> sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.size()); // starting at 1
        return sorted.get(Math.max(rank, 1) - 1);
    }
}
