// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import java.util.List;

/** The metrics of a service, in the Prometheus format. */
public final class Meters {
    private static final double MEBIBYTE = 1024 * 1024;
    private static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"";

    private Meters() {}

    /** @return the used heap and the number of time series, in words */
    public static String text(String metrics) {
        List<String> meters =
                metrics.lines().filter(line -> !line.startsWith("#")).toList();
        double heap = meters.stream()
                .filter(line -> line.startsWith(HEAP))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        return "%.0f MiB of heap in use, %d time series".formatted(heap / MEBIBYTE, meters.size());
    }
}
