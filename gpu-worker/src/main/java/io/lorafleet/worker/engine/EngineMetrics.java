// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the step loop does. Everything is told by its one thread. */
final class EngineMetrics {
    private static final String BASE = "none";
    /** A stall is rare, and its maximum should be seen for longer than a scrape or two. */
    private static final Duration LONG_AGO = Duration.ofMinutes(10);

    private final MeterRegistry meters;
    private final ResidentAdapters adapters;
    private final Clock clock;
    private final Timer steps;
    private final Timer gaps;
    private final DistributionSummary rows;
    private final DistributionSummary mixedAdapters;
    private final Map<Priority, Timer> queueWaits = new EnumMap<>(Priority.class);

    private long begin;
    /** Of the latest step, by the same clock; null if none was waited for since. */
    private @Nullable Long end;

    EngineMetrics(MeterRegistry meters, ResidentAdapters adapters, Clock clock) {
        this.meters = meters;
        this.adapters = adapters;
        this.clock = clock;
        steps = Timer.builder("lorafleet.step")
                .description("UNet forwards: steps a second are its rate")
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(meters);
        gaps = Timer.builder("lorafleet.step.gap")
                .description("From the end of a step to the start of the next, while images wait for it")
                .publishPercentiles(0.5, 0.95, 0.99)
                .distributionStatisticExpiry(LONG_AGO)
                .register(meters);
        rows = DistributionSummary.builder("lorafleet.batch.rows")
                .description("Rows of a step's batch")
                .publishPercentiles(0.5, 0.95)
                .register(meters);
        mixedAdapters = DistributionSummary.builder("lorafleet.batch.adapters")
                .description("Different adapters in a step's batch")
                .publishPercentiles(0.5, 0.95)
                .register(meters);
        for (Priority priority : Priority.values()) {
            queueWaits.put(
                    priority,
                    Timer.builder("lorafleet.queue.wait")
                            .description("From the gateway's acceptance to the end of the first step")
                            .tag("priority", priority.name().toLowerCase(Locale.ROOT))
                            .publishPercentiles(0.5, 0.95, 0.99)
                            .register(meters));
        }
    }

    /** No image waits for a step. */
    void idle() {
        end = null;
    }

    /** A step begins. */
    void begin() {
        begin = System.nanoTime();
        if (end != null) {
            gaps.record(Duration.ofNanos(begin - end));
        }
    }

    /** The step that began has ended. */
    void stepped(List<ImageTask> batch) {
        end = System.nanoTime();
        steps.record(Duration.ofNanos(end - begin));
        rows.record(batch.stream().mapToInt(ImageTask::rows).sum());
        mixedAdapters.record(batch.stream()
                .flatMap(task -> task.request().adapters().stream())
                .map(AppliedAdapter::adapter)
                .distinct()
                .count());
        batch.forEach(this::stepped);
    }

    /** May be asked by any thread. @param capacity of a batch */
    StepCounters count(int capacity) {
        return new StepCounters(rows.count(), Math.round(rows.totalAmount()), capacity);
    }

    private void stepped(ImageTask task) {
        GenerateImage request = task.request();
        if (task.begin()) {
            Objects.requireNonNull(queueWaits.get(request.priority()), "each has one")
                    .record(Duration.between(request.acceptedAt(), clock.instant()));
            request.adapters().forEach(applied -> adapters.stepped(applied.adapter()));
        }
        evaluated(names(request), role(request), request.rows());
        if (request.shadow() != null) {
            PinnedAdapter student = request.shadow().student().adapter();
            evaluated(student.toString(), "shadow", task.rows() - request.rows());
            meters.summary("lorafleet.shadow.error", "adapter", student.toString())
                    .record(task.denoising().shadowErrors().shadow());
        }
    }

    private void evaluated(String adapter, String role, int count) {
        meters.counter("lorafleet.unet.evaluations", "adapter", adapter, "role", role)
                .increment(count);
    }

    private static String names(GenerateImage request) {
        return request.adapters().isEmpty()
                ? BASE
                : request.adapters().stream()
                        .map(applied -> applied.adapter().toString())
                        .collect(Collectors.joining("+"));
    }

    /** Without guidance an adapter is a student, whose rows stand for a teacher's two. */
    private static String role(GenerateImage request) {
        if (request.adapters().isEmpty()) {
            return request.rows() == 1 ? "unguided" : "teacher";
        }
        return request.rows() == 1 ? "student" : "style";
    }
}
