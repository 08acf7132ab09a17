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
 * How a workload was served.
 *
 * @param failures requests by why there was no image
 * @param seconds from when the first request was due until the last image was there
 * @param latency from when a request was due until its image was there; null if there was none
 * @param latencyByPriority where there were several
 * @param queued from when a request was due until a worker began with it
 * @param latestSendSeconds how much later than due the generator itself sent a request, at worst
 * @param batchRows UNet rows of one forward; null if the workers do not tell
 * @param newVersions null if none were published meanwhile
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
     * @param published versions of adapters, meanwhile
     * @param before what the workers had counted before the run; null if they do not tell
     * @param after it
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
                served.stream().mapToInt(one -> one.state().images().size()).sum();
        long evaluations =
                served.stream().mapToLong(one -> one.state().unetEvaluations()).sum();
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
                .map(one -> one.state().adapter())
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    private static Duration span(List<Served> served) {
        Instant first =
                served.stream().map(Served::due).min(Comparator.naturalOrder()).orElse(Instant.EPOCH);
        Instant last = served.stream()
                .map(one -> one.state().finishedAt())
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

    /** @return for people */
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
        lines.add(line("%-26s %8.3f s at most", "sent later than due", latestSendSeconds));
        if (batchRows != null) {
            lines.add(line("%-26s %8.2f rows, %.0f at most", "batch", batchRows.mean(), batchRows.most()));
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
