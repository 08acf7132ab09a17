// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.trainer.feedback.Votes;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Compares a canary with the stable version: by their errors on the latents of the same live requests, and by the
 * ratings of their images. The verdict depends only on the results, the feedback and the time.
 */
public final class CanaryAnalysis {
    private final RouteDecided decision;
    private final CanaryRules rules;
    private final Set<String> seen = new HashSet<>();
    private final Mean error = new Mean();
    private final Mean stableError = new Mean();
    private final Votes votes = new Votes();

    /** @param decision the latest decision on the adapter; it must be open */
    public CanaryAnalysis(RouteDecided decision, CanaryRules rules) {
        this.decision = decision;
        this.rules = rules;
    }

    public RouteDecided decision() {
        return decision;
    }

    /** Adds a result, which may be for any adapter. Only errors since the latest decision count. */
    public void take(GenerationSucceeded result) {
        ShadowMeasured shadow = result.shadow();
        if (shadow == null
                || shadow.drawnWith() == null
                || shadow.drawnError() == null
                || result.at().isBefore(decision.at())) {
            return;
        }
        boolean shadowIsCanary = is(shadow.student(), decision.version()) && is(shadow.drawnWith(), decision.against());
        boolean mainIsCanary = is(shadow.drawnWith(), decision.version()) && is(shadow.student(), decision.against());
        if ((shadowIsCanary || mainIsCanary) && seen.add(result.requestId())) {
            error.add(shadowIsCanary ? shadow.error() : shadow.drawnError());
            stableError.add(shadowIsCanary ? shadow.drawnError() : shadow.error());
        }
    }

    /**
     * Adds feedback, which may be on any adapter. Feedback counts from the canary's start, because feedback arrives
     * late.
     */
    public void take(FeedbackEvent feedback) {
        if (feedback.student().equals(decision.adapter()) && !feedback.at().isBefore(decision.since())) {
            votes.apply(feedback);
        }
    }

    private boolean is(PinnedAdapter found, int version) {
        return found.name().equals(decision.adapter()) && found.version() == version;
    }

    /** @return the verdict; empty if there is not enough data yet */
    public Optional<Verdict> verdict(Instant now) {
        boolean enough = error.count() >= rules.minComparisons();
        if (enough && error.mean() > stableError.mean() + rules.errorMargin()) {
            return Optional.of(new Verdict(false, "live error too high: " + figures()));
        }
        Mean rating = rating(decision.version());
        Mean stableRating = rating(decision.against());
        boolean rated = rating.count() >= rules.minRatings() && stableRating.count() >= rules.minRatings();
        if (rated && rating.mean() < stableRating.mean() - rules.ratingMargin()) {
            return Optional.of(new Verdict(false, "ratings too low: " + figures()));
        }
        if (enough) {
            return Optional.of(new Verdict(true, "live error within the margin: " + figures()));
        }
        if (!now.isBefore(decision.at().plus(rules.maxAge()))) {
            return Optional.of(new Verdict(true, "no regression found within " + rules.maxAge() + ": " + figures()));
        }
        return Optional.empty();
    }

    private Mean rating(int version) {
        Mean mean = new Mean();
        votes.standing().stream()
                .filter(vote -> vote.adapter().version() == version)
                .forEach(vote -> mean.add(vote.rating()));
        return mean;
    }

    private String figures() {
        Mean rating = rating(decision.version());
        Mean stableRating = rating(decision.against());
        return String.format(
                Locale.ROOT,
                "error %s versus %s for %s@%d, requests: %d; rating %s (%d votes) versus %s (%d votes) for"
                        + " the stable version",
                error,
                stableError,
                decision.adapter(),
                decision.against(),
                error.count(),
                rating,
                rating.count(),
                stableRating,
                stableRating.count());
    }

    /** @param good whether the version passes */
    public record Verdict(boolean good, String reason) {}

    private static final class Mean {
        private int count;
        private double sum;

        void add(double value) {
            count++;
            sum += value;
        }

        int count() {
            return count;
        }

        double mean() {
            return sum / count;
        }

        @Override
        public String toString() {
            return count == 0 ? "unknown" : String.format(Locale.ROOT, "%.3f", mean());
        }
    }
}
