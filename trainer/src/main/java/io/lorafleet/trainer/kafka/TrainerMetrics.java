// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.trainer.feedback.FeedbackBuffer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** The metrics of a trainer. */
final class TrainerMetrics {
    private final AtomicInteger running;
    private final AtomicInteger waiting;
    private final Counter steps;
    private final Counter published;
    private final Counter rejected;
    private final Counter failed;
    private final Counter refused;
    private final Map<FeedbackBuffer.Taken, Counter> taken = new EnumMap<>(FeedbackBuffer.Taken.class);
    private final Map<RouteDecided.Decision, Counter> decisions = new EnumMap<>(RouteDecided.Decision.class);
    private volatile double loss = Double.NaN;

    TrainerMetrics(MeterRegistry meters) {
        running = meters.gauge("lorafleet.training.running", new AtomicInteger());
        waiting = meters.gauge("lorafleet.training.samples.waiting", new AtomicInteger());
        meters.gauge("lorafleet.training.loss", this, metrics -> metrics.loss);
        steps = counter("lorafleet.training.steps", "Optimizer steps", meters);
        published = counter("lorafleet.training.published", "Runs that published a new version", meters);
        rejected = counter("lorafleet.training.rejected", "Runs that published no version", meters);
        failed = counter("lorafleet.training.failed", "Runs that failed and will be retried", meters);
        refused = counter("lorafleet.feedback.refused", "Feedback records that were published as dead letters", meters);
        for (RouteDecided.Decision each : RouteDecided.Decision.values()) {
            decisions.put(
                    each,
                    Counter.builder("lorafleet.training.decisions")
                            .description("Decisions on canaries")
                            .tag("decision", each.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        for (FeedbackBuffer.Taken each : FeedbackBuffer.Taken.values()) {
            String name = "lorafleet.feedback." + each.name().toLowerCase(Locale.ROOT);
            taken.put(each, counter(name, description(each), meters));
        }
    }

    private static String description(FeedbackBuffer.Taken result) {
        return switch (result) {
            case WAITING -> "Votes that wait for a run";
            case CONSUMED -> "Feedback records that a finished run has already consumed";
            case REPEATED -> "Votes that replace a waiting vote";
            case WITHDRAWAL -> "Withdrawals of feedback";
        };
    }

    private static Counter counter(String name, String description, MeterRegistry meters) {
        return Counter.builder(name).description(description).register(meters);
    }

    void running(boolean isRunning) {
        running.set(isRunning ? 1 : 0);
    }

    void waiting(int samples) {
        waiting.set(samples);
    }

    void stepped(double stepLoss) {
        steps.increment();
        loss = stepLoss;
    }

    void finished(TrainingFinished event) {
        (event.outcome() == TrainingFinished.Outcome.PUBLISHED ? published : rejected).increment();
    }

    void failed() {
        failed.increment();
    }

    void decided(RouteDecided decision) {
        increment(decisions, decision.decision());
    }

    void took(FeedbackBuffer.Taken result) {
        increment(taken, result);
    }

    private static <K> void increment(Map<K, Counter> counters, K which) {
        Objects.requireNonNull(counters.get(which), "no counter for this value").increment();
    }

    void refused() {
        refused.increment();
    }
}
