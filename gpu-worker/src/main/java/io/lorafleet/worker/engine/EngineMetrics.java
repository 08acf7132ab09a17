// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.Counter;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The step loop's metrics. Unless documented otherwise, methods are called on the step loop's thread. */
final class EngineMetrics {
    /** Stalls are rare, so their maximum should stay visible for longer than a few scrapes. */
    private static final Duration MAXIMUM_EXPIRY = Duration.ofMinutes(10);

    /**
     * Upper bounds of the histogram's buckets. A histogram, because quantiles over all workers cannot be computed from
     * each worker's quantiles.
     */
    private static final Duration[] QUEUE_WAITS = Stream.of(
                    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1800)
            .map(seconds -> Duration.ofMillis((long) (seconds.doubleValue() * 1000)))
            .toArray(Duration[]::new);

    private final AdapterMeters byAdapter;
    private final ResidentAdapters adapters;
    private final Clock clock;
    private final Timer steps;
    private final Timer gaps;
    private final DistributionSummary rows;
    private final DistributionSummary mixedAdapters;
    private final Map<Priority, Timer> queueWaits = new EnumMap<>(Priority.class);
    private final Map<Role, Counter> evaluations = new EnumMap<>(Role.class);

    /** What a row is for. */
    private enum Role {
        /** The base without adapters, with guidance. */
        TEACHER,
        /** The base without adapters and without guidance, in this step or in all steps. */
        UNGUIDED,
        /** Adapters with guidance, including steps outside of the guidance interval. */
        STYLE,
        /** Adapters without guidance: one student row replaces two teacher rows. */
        STUDENT,
        /** A row that only measures a student. */
        SHADOW
    }

    private long begin;
    /** End of the latest step, as in {@link System#nanoTime}; null if the loop has been idle since then. */
    private @Nullable Long end;

    EngineMetrics(MeterRegistry meters, ResidentAdapters adapters, Clock clock) {
        this.byAdapter = new AdapterMeters(meters);
        this.adapters = adapters;
        this.clock = clock;
        steps = Timer.builder("lorafleet.step")
                .description("Duration of UNet forward passes; their rate is the number of steps per second")
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(meters);
        gaps = Timer.builder("lorafleet.step.gap")
                .description("Time from the end of a step to the start of the next step, while images are waiting")
                .publishPercentiles(0.5, 0.95, 0.99)
                .distributionStatisticExpiry(MAXIMUM_EXPIRY)
                .register(meters);
        rows = DistributionSummary.builder("lorafleet.batch.rows")
                .description("UNet rows in the batch of a step")
                .publishPercentiles(0.5, 0.95)
                .register(meters);
        mixedAdapters = DistributionSummary.builder("lorafleet.batch.adapters")
                .description("Distinct adapters in the batch of a step")
                .publishPercentiles(0.5, 0.95)
                .register(meters);
        for (Priority priority : Priority.values()) {
            queueWaits.put(
                    priority,
                    Timer.builder("lorafleet.queue.wait")
                            .description("Time from acceptance in the gateway to the end of the first step")
                            .tag("priority", priority.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(QUEUE_WAITS)
                            .register(meters));
        }
        for (Role role : Role.values()) {
            evaluations.put(
                    role,
                    Counter.builder("lorafleet.unet.evaluations")
                            .description("UNet rows")
                            .tag("role", role.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    /** Records that no image is running. */
    void idle() {
        end = null;
    }

    /** Records the start of a step. */
    void begin() {
        begin = System.nanoTime();
        if (end != null) {
            gaps.record(Duration.ofNanos(begin - end));
        }
    }

    /** Records the end of the current step. */
    void stepped(List<ImageTask> batch) {
        end = System.nanoTime();
        steps.record(Duration.ofNanos(end - begin));
        rows.record(batch.stream().mapToInt(ImageTask::evaluatedRows).sum());
        mixedAdapters.record(batch.stream()
                .flatMap(task -> task.request().adapters().stream())
                .map(AppliedAdapter::adapter)
                .distinct()
                .count());
        batch.forEach(this::stepped);
    }

    /**
     * Thread-safe.
     *
     * @param capacity maximum number of rows in a batch
     */
    StepCounters count(int capacity) {
        return new StepCounters(rows.count(), Math.round(rows.totalAmount()), capacity);
    }

    private void stepped(ImageTask task) {
        GenerateImage request = task.request();
        if (task.markStarted()) {
            Objects.requireNonNull(queueWaits.get(request.priority()), "no timer for this priority")
                    .record(Duration.between(request.acceptedAt(), clock.instant()));
            request.adapters().forEach(applied -> adapters.stepped(applied.adapter()));
        }
        int own = task.ownRows();
        evaluated(role(request, own), own);
        for (AppliedAdapter applied : request.adapters()) {
            byAdapter.evaluations(applied.adapter().name()).increment(own);
        }
        if (request.shadow() != null) {
            String student = request.shadow().student().adapter().name();
            int rows = task.evaluatedRows() - own;
            evaluated(Role.SHADOW, rows);
            byAdapter.evaluations(student).increment(rows);
            byAdapter
                    .shadowError(student)
                    .record(task.denoising().shadowErrors().shadow());
        }
    }

    private void evaluated(Role role, int rows) {
        Objects.requireNonNull(evaluations.get(role), "no counter for this role")
                .increment(rows);
    }

    /** @param rows number of the image's own rows in this step */
    private static Role role(GenerateImage request, int rows) {
        if (request.adapters().isEmpty()) {
            return rows == 1 ? Role.UNGUIDED : Role.TEACHER;
        }
        return request.guided() ? Role.STYLE : Role.STUDENT;
    }
}
