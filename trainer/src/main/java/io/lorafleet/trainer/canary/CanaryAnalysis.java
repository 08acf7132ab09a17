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
 * What is known of a version on trial: it and the stable one are compared at the very points that requests pass through,
 * and by the ratings of their images. A fold of results and feedback: whoever reads the same comes to the same.
 */
public final class CanaryAnalysis {
    private final RouteDecided decision;
    private final CanaryRules rules;
    private final Set<String> seen = new HashSet<>();
    private final Mean error = new Mean();
    private final Mean otherError = new Mean();
    private final Votes votes = new Votes();

    /** @param decision the latest one of its adapter, and open */
    public CanaryAnalysis(RouteDecided decision, CanaryRules rules) {
        this.decision = decision;
        this.rules = rules;
    }

    public RouteDecided decision() {
        return decision;
    }

    /** Takes a result, of this adapter or of another one. Errors count since the latest decision. */
    public void take(GenerationSucceeded result) {
        ShadowMeasured shadow = result.shadow();
        if (shadow == null
                || shadow.drawnWith() == null
                || shadow.drawnError() == null
                || result.at().isBefore(decision.at())) {
            return;
        }
        boolean shadowIsNew = is(shadow.student(), decision.version()) && is(shadow.drawnWith(), decision.against());
        boolean drawnIsNew = is(shadow.drawnWith(), decision.version()) && is(shadow.student(), decision.against());
        if ((shadowIsNew || drawnIsNew) && seen.add(result.requestId())) {
            error.add(shadowIsNew ? shadow.error() : shadow.drawnError());
            otherError.add(shadowIsNew ? shadow.drawnError() : shadow.error());
        }
    }

    /** Takes feedback, of this adapter or of another one. It counts since the trial began: people take their time. */
    public void take(FeedbackEvent feedback) {
        if (feedback.student().equals(decision.adapter()) && !feedback.at().isBefore(decision.since())) {
            votes.apply(feedback);
        }
    }

    private boolean is(PinnedAdapter found, int version) {
        return found.name().equals(decision.adapter()) && found.version() == version;
    }

    /** @return what is to be decided; nothing if it is too early */
    public Optional<Verdict> verdict(Instant now) {
        boolean enough = error.count() >= rules.minComparisons();
        if (enough && error.mean() > otherError.mean() + rules.errorMargin()) {
            return Optional.of(new Verdict(false, "its live error fell behind: " + figures()));
        }
        Mean rating = rating(decision.version());
        Mean otherRating = rating(decision.against());
        boolean rated = rating.count() >= rules.minRatings() && otherRating.count() >= rules.minRatings();
        if (rated && rating.mean() < otherRating.mean() - rules.ratingMargin()) {
            return Optional.of(new Verdict(false, "its ratings fell behind: " + figures()));
        }
        if (enough) {
            return Optional.of(new Verdict(true, "it does not fall behind: " + figures()));
        }
        if (!now.isBefore(decision.at().plus(rules.maxAge()))) {
            return Optional.of(new Verdict(true, "nothing spoke against it for " + rules.maxAge() + ": " + figures()));
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
        Mean otherRating = rating(decision.against());
        return String.format(
                Locale.ROOT,
                "error %s beside %s of %s@%d, over %d requests; rating %s (%d) beside %s (%d)",
                error,
                otherError,
                decision.adapter(),
                decision.against(),
                error.count(),
                rating,
                rating.count(),
                otherRating,
                otherRating.count());
    }

    /** @param good whether the version may go on */
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
