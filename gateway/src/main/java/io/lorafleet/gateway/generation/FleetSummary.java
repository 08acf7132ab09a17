// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

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
 * How the fleet does, going by the generations that this gateway remembers.
 *
 * @param queued not begun
 * @param running begun, and not finished
 * @param clearsInSeconds how long the workers will take for both, going by what they did lately; 600 for that and more
 * @param imagesPerMinute of the last minute
 * @param minutes of the last half hour
 */
public record FleetSummary(int queued, int running, long clearsInSeconds, int imagesPerMinute, List<Minute> minutes) {
    private static final int MINUTES = 30;

    /**
     * What was finished in one minute.
     *
     * @param medianSeconds from order to images; absent if there were none
     * @param p95Seconds likewise
     */
    public record Minute(
            Instant minute,
            int images,
            @Nullable Double medianSeconds,
            @Nullable Double p95Seconds) {}

    /** @param clearsIn how long what is not finished will take */
    static FleetSummary of(List<Generation> generations, Duration clearsIn, Instant now) {
        Instant thisMinute = now.truncatedTo(ChronoUnit.MINUTES);
        List<Generation> drawn = having(generations, Generation.Status.SUCCEEDED);
        Map<Instant, List<Generation>> byMinute = drawn.stream()
                .collect(Collectors.groupingBy(each -> each.finishedAt().truncatedTo(ChronoUnit.MINUTES)));
        List<Minute> minutes = IntStream.range(0, MINUTES)
                .mapToObj(i -> thisMinute.minus(MINUTES - 1L - i, ChronoUnit.MINUTES))
                .map(minute -> minute(minute, byMinute.getOrDefault(minute, List.of())))
                .toList();
        Instant aMinuteAgo = now.minus(1, ChronoUnit.MINUTES);
        List<Generation> lately = drawn.stream()
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

    private static Minute minute(Instant minute, List<Generation> drawn) {
        List<Double> waits = drawn.stream()
                .filter(each -> each.request() != null)
                .map(each -> Duration.between(each.request().acceptedAt(), each.finishedAt()))
                .map(wait -> wait.toMillis() / 1000.0)
                .sorted()
                .toList();
        return new Minute(minute, images(drawn), quantile(waits, 0.5), quantile(waits, 0.95));
    }

    private static int images(List<Generation> drawn) {
        return drawn.stream()
                .map(each -> (GenerationSucceeded) each.finished())
                .mapToInt(done -> done.images().size())
                .sum();
    }

    private static @Nullable Double quantile(List<Double> sorted, double share) {
        return sorted.isEmpty() ? null : sorted.get((int) (share * sorted.size()));
    }
}
