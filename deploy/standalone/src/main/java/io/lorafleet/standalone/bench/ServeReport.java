// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Priority;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.RequestOutcome.Failed;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
import io.lorafleet.standalone.bench.WorkerMetrics.Occupancy;
import io.lorafleet.standalone.bench.engine.Distribution;
import io.lorafleet.standalone.bench.engine.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a run.
 *
 * @param failures the number of failed requests, by reason
 * @param seconds time from the first request's scheduled time to the last image
 * @param latency time from a request's scheduled time to its image; null if no request succeeded
 * @param latencyByPriority latency for each priority
 * @param queued time from a request's scheduled time until a worker started it
 * @param latestSendSeconds maximum delay between a request's scheduled time and the time at which it was sent
 * @param batchRows rows per UNet batch; null if there were no batches, or if the workers' metrics are not available
 * @param newVersions figures for the new versions; null if no versions were published
 * @param check null if the images were not checked
 */
public record ServeReport(
        int requests,
        int served,
        Map<String, Long> failures,
        int images,
        double seconds,
        double imagesPerSecond,
        double unetEvaluationsPerSecond,
        @Nullable Distribution latency,
        Map<Priority, Distribution> latencyByPriority,
        @Nullable Distribution queued,
        double latestSendSeconds,
        @Nullable Occupancy batchRows,
        @Nullable NewVersions newVersions,
        ImageCheck.@Nullable Result check) {

    /**
     * @param published number of adapter versions published during the run
     * @param before workers' metrics before the run, or null
     * @param after workers' metrics after the run, or null
     * @param check null if the images were not checked
     */
    public static ServeReport of(
            Run run,
            int published,
            @Nullable WorkerMetrics before,
            @Nullable WorkerMetrics after,
            ImageCheck.@Nullable Result check) {
        List<Served> served = only(run.outcomes(), Served.class);
        double seconds = Durations.seconds(span(served));
        int images =
                served.stream().mapToInt(one -> one.status().images().size()).sum();
        long evaluations =
                served.stream().mapToLong(one -> one.status().unetEvaluations()).sum();
        return new ServeReport(
                run.outcomes().size(),
                served.size(),
                only(run.outcomes(), Failed.class).stream()
                        .collect(Collectors.groupingBy(Failed::reason, TreeMap::new, Collectors.counting())),
                images,
                seconds,
                seconds == 0 ? 0 : images / seconds,
                seconds == 0 ? 0 : evaluations / seconds,
                distribution(served, one -> true, Served::latency),
                byPriority(served),
                distribution(served, one -> true, Served::queued),
                Durations.seconds(run.latest()),
                before == null || after == null ? null : after.since(before),
                published == 0
                        ? null
                        : new NewVersions(
                                published,
                                versions(served),
                                before == null || after == null
                                        ? null
                                        : after.swaps().since(before.swaps())),
                check);
    }

    private static long versions(List<Served> served) {
        return served.stream()
                .map(one -> one.adapter())
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    private static Duration span(List<Served> served) {
        Instant first =
                served.stream().map(Served::due).min(Comparator.naturalOrder()).orElse(Instant.EPOCH);
        Instant last = served.stream()
                .map(one -> one.status().finishedAt())
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        return Duration.between(first, last);
    }

    private static Map<Priority, Distribution> byPriority(List<Served> served) {
        Map<Priority, Distribution> each = new TreeMap<>();
        for (Priority priority : Priority.values()) {
            Distribution latency = distribution(served, one -> one.request().priority() == priority, Served::latency);
            if (latency != null) {
                each.put(priority, latency);
            }
        }
        return each;
    }

    private static @Nullable Distribution distribution(
            List<Served> served, Predicate<Served> which, Function<Served, Duration> time) {
        return Distribution.of(
                served.stream().filter(which).map(time).filter(Objects::nonNull).toList());
    }

    private static <T extends RequestOutcome> List<T> only(List<RequestOutcome> outcomes, Class<T> kind) {
        return outcomes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** @return the figures as text */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(line("%d requests, %d served, %d images in %.2f s", requests, served, images, seconds));
        failures.forEach((reason, count) -> lines.add(line("  %d failed: %s", count, reason)));
        lines.add(line("%-26s %8.3f images/s", "throughput", imagesPerSecond));
        lines.add(line("%-26s %8.1f UNet evaluations/s", "", unetEvaluationsPerSecond));
        lines.add(line("%-26s %8s %8s %8s %8s", "seconds", "p50", "p95", "p99", "max"));
        add(lines, "latency", latency);
        if (latencyByPriority.size() > 1) {
            latencyByPriority.forEach((priority, those) -> add(lines, "  " + TraceFile.text(priority), those));
        }
        add(lines, "in queue", queued);
        lines.add(line("%-26s %8.3f s maximum", "send delay", latestSendSeconds));
        if (batchRows != null) {
            lines.add(line("%-26s %8.2f rows, %.0f maximum", "batch", batchRows.mean(), batchRows.most()));
        }
        if (newVersions != null) {
            lines.add(newVersions.text(requests - served));
        }
        if (check != null) {
            lines.add(check.text());
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static void add(List<String> lines, String name, @Nullable Distribution times) {
        if (times != null) {
            lines.add(line("%-26s %8.3f %8.3f %8.3f %8.3f", name, times.p50(), times.p95(), times.p99(), times.max()));
        }
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
