// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Combined metrics of all workers. Maxima and quantiles cover the last few minutes and come from the worker with the
 * largest value.
 *
 * @param batches number of UNet batches
 * @param rows number of rows in these batches
 * @param mostRows maximum number of rows in a batch
 */
public record WorkerMetrics(double batches, double rows, double mostRows, Swaps swaps) {
    private static final String BATCH_ROWS = "lorafleet_batch_rows";
    private static final String ACTIVATION = "lorafleet_adapter_activation_seconds";
    private static final String MEDIAN = "quantile=\"0.5\"";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern WHITE = Pattern.compile("\\s+");

    /** Rows per batch between two readings. */
    public record Occupancy(double mean, double most) {}

    /**
     * The cost of new adapter versions. Times are in seconds.
     *
     * @param activations number of versions that have finished their first step
     * @param activationP50 median time from the registry event for a version to the end of its first step
     * @param longestGap maximum time between two steps while images were waiting
     * @param longestGapInSteps {@code longestGap} as a multiple of the worker's median step time
     */
    public record Swaps(
            double activations,
            double activationP50,
            double activationP95,
            double medianStep,
            double longestGap,
            double longestGapInSteps) {

        private static final Swaps NONE = new Swaps(0, 0, 0, 0, 0, 0);

        private Swaps and(Swaps other) {
            return new Swaps(
                    activations + other.activations,
                    Math.max(activationP50, other.activationP50),
                    Math.max(activationP95, other.activationP95),
                    Math.max(medianStep, other.medianStep),
                    Math.max(longestGap, other.longestGap),
                    Math.max(longestGapInSteps, other.longestGapInSteps));
        }

        /** @return these metrics, counting only the activations since {@code before} */
        public Swaps since(Swaps before) {
            return new Swaps(
                    activations - before.activations,
                    activationP50,
                    activationP95,
                    medianStep,
                    longestGap,
                    longestGapInSteps);
        }
    }

    /**
     * Reads the metrics of all workers.
     *
     * @param pages each worker's metrics URL
     * @return the combined metrics; null if there are no workers, or if a worker exports no batch metrics
     */
    public static @Nullable WorkerMetrics read(List<URI> pages) throws InterruptedException {
        HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        WorkerMetrics all = new WorkerMetrics(0, 0, 0, Swaps.NONE);
        for (URI page : pages) {
            WorkerMetrics one = parse(text(http, page));
            if (one == null) {
                return null;
            }
            all = all.and(one);
        }
        return pages.isEmpty() ? null : all;
    }

    /** @return the combined metrics of both groups of workers */
    WorkerMetrics and(WorkerMetrics other) {
        return new WorkerMetrics(
                batches + other.batches, rows + other.rows, Math.max(mostRows, other.mostRows), swaps.and(other.swaps));
    }

    private static String text(HttpClient http, URI page) throws InterruptedException {
        try {
            HttpRequest get = HttpRequest.newBuilder(page).timeout(TIMEOUT).build();
            return http.send(get, BodyHandlers.ofString()).body();
        } catch (IOException | IllegalArgumentException e) {
            throw new FleetException("cannot read the worker's metrics at " + page + ": " + e);
        }
    }

    /**
     * @param text metrics in Prometheus format
     * @return the metrics; null if the text contains no batch metrics
     */
    static @Nullable WorkerMetrics parse(String text) {
        OptionalDouble batches = values(text, BATCH_ROWS + "_count", "").reduce(Double::sum);
        OptionalDouble rows = values(text, BATCH_ROWS + "_sum", "").reduce(Double::sum);
        return batches.isEmpty() || rows.isEmpty()
                ? null
                : new WorkerMetrics(
                        batches.getAsDouble(), rows.getAsDouble(), largest(text, BATCH_ROWS + "_max", ""), swaps(text));
    }

    private static Swaps swaps(String text) {
        double step = largest(text, "lorafleet_step_seconds", MEDIAN);
        double gap = largest(text, "lorafleet_step_gap_seconds_max", "");
        return new Swaps(
                values(text, ACTIVATION + "_count", "").sum(),
                largest(text, ACTIVATION, MEDIAN),
                largest(text, ACTIVATION, "quantile=\"0.95\""),
                step,
                gap,
                step == 0 ? 0 : gap / step);
    }

    /** @return the largest value of the metric; 0 if there is none */
    private static double largest(String text, String metric, String label) {
        return values(text, metric, label)
                .filter(value -> !Double.isNaN(value)) // the quantile of an empty distribution
                .max()
                .orElse(0);
    }

    /**
     * @param label label that a value must have; empty to accept any value
     * @return the metric's values
     */
    private static DoubleStream values(String text, String metric, String label) {
        return text.lines()
                .filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"))
                .filter(line -> line.contains(label))
                // The value comes after the last brace, because a label can contain spaces, but a value contains no
                // braces.
                .map(line ->
                        WHITE.split(line.substring(line.lastIndexOf('}') + 1).strip()))
                .mapToDouble(parts -> Double.parseDouble(parts[parts[0].equals(metric) ? 1 : 0]));
    }

    /** @return the occupancy since {@code before}; null if there have been no batches since then */
    public @Nullable Occupancy since(WorkerMetrics before) {
        double made = batches - before.batches;
        return made <= 0 ? null : new Occupancy((rows - before.rows) / made, mostRows);
    }
}
