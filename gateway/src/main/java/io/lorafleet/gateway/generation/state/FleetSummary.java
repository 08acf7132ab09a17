// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.messages.generation.GenerationSucceeded;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The load and latency of the fleet, based on the generations that this gateway remembers.
 *
 * @param queued number of generations that have not started
 * @param running number of running generations
 * @param clearsInSeconds estimated number of seconds until all queued and running generations have finished; at most
 *     600
 * @param imagesPerMinute number of images finished in the last 60 seconds
 * @param minutes statistics for each of the last 30 minutes, oldest first
 */
public record FleetSummary(int queued, int running, long clearsInSeconds, int imagesPerMinute, List<Minute> minutes) {
    private static final int MINUTES = 30;

    /**
     * The images finished within one minute.
     *
     * @param minute start of the minute
     * @param images number of images
     * @param medianSeconds median time from a request to its images; absent if there are no images
     * @param p95Seconds 95th percentile of the time from a request to its images; absent if there are no images
     */
    public record Minute(
            Instant minute,
            int images,
            @Nullable Double medianSeconds,
            @Nullable Double p95Seconds) {}

    /** @param clearsIn estimated time until all unfinished generations have finished */
    public static FleetSummary of(List<Generation> generations, Duration clearsIn, Instant now) {
        Instant thisMinute = now.truncatedTo(ChronoUnit.MINUTES);
        List<Generation> succeeded = having(generations, Generation.Status.SUCCEEDED);
        Map<Instant, List<Generation>> byMinute = succeeded.stream()
                .collect(Collectors.groupingBy(each -> each.finishedAt().truncatedTo(ChronoUnit.MINUTES)));
        List<Minute> minutes = IntStream.range(0, MINUTES)
                .mapToObj(i -> thisMinute.minus(MINUTES - 1L - i, ChronoUnit.MINUTES))
                .map(minute -> minute(minute, byMinute.getOrDefault(minute, List.of())))
                .toList();
        Instant aMinuteAgo = now.minus(1, ChronoUnit.MINUTES);
        List<Generation> lately = succeeded.stream()
                .filter(each -> each.finishedAt().isAfter(aMinuteAgo))
                .toList();
        return new FleetSummary(
                having(generations, Generation.Status.QUEUED).size(),
                having(generations, Generation.Status.RUNNING).size(),
                clearsIn.toSeconds(),
                images(lately),
                minutes);
    }

    private static List<Generation> having(List<Generation> generations, Generation.Status status) {
        return generations.stream().filter(each -> each.status() == status).toList();
    }

    private static Minute minute(Instant minute, List<Generation> succeeded) {
        List<Double> waits = succeeded.stream()
                .filter(each -> each.request() != null)
                .map(each -> Duration.between(each.request().acceptedAt(), each.finishedAt()))
                .map(wait -> wait.toMillis() / 1000.0)
                .sorted()
                .toList();
        return new Minute(minute, images(succeeded), quantile(waits, 0.5), quantile(waits, 0.95));
    }

    private static int images(List<Generation> succeeded) {
        return succeeded.stream()
                .map(each -> (GenerationSucceeded) each.finished())
                .mapToInt(done -> done.images().size())
                .sum();
    }

    private static @Nullable Double quantile(List<Double> sorted, double share) {
        return sorted.isEmpty() ? null : sorted.get((int) (share * sorted.size()));
    }
}
