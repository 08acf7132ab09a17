// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.SHA;
import static io.lorafleet.trainer.Samples.student;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.RouteDecided.Decision;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanaryAnalysisTest {
    private static final CanaryRules RULES = new CanaryRules(0.1, 0.2, 2, 0.05, 2, 0.5, Duration.ofHours(1));
    private static final CanaryRoutes ROUTES = new CanaryRoutes(RULES);
    private static final RouteDecided CANARY =
            ROUTES.start(student("fast", 2), student("fast", 1), null, NOW).orElseThrow();
    private static final Instant LATER = NOW.plusSeconds(60);

    private final CanaryAnalysis canary = new CanaryAnalysis(CANARY, RULES);

    @Test
    void startsWithAShareOfTheRequests() {
        assertThat(CANARY.decision()).isEqualTo(Decision.CANARY);
        assertThat(CANARY.route())
                .isEqualTo(new AdapterRoute("fast", 1, null, new Share(2, 0.1), new Share(2, 0.2), NOW, 1));
    }

    @Test
    void doesNotStartWhileTheRouteHasACanary() {
        AdapterRoute theirs = new AdapterRoute("fast", 1, null, new Share(3, 0.5), null, NOW);
        assertThat(ROUTES.start(student("fast", 4), student("fast", 1), theirs, NOW))
                .isEmpty();
        CanaryRoutes off = new CanaryRoutes(new CanaryRules(0, 0.2, 2, 0.05, 2, 0.5, Duration.ofHours(1)));
        assertThat(off.start(student("fast", 2), student("fast", 1), null, NOW)).isEmpty();
    }

    @Test
    void doesNotStartWhileTheRouteHasAShadow() {
        AdapterRoute theirs = new AdapterRoute("fast", 1, null, null, new Share(3, 0.5), NOW);
        assertThat(ROUTES.start(student("fast", 4), student("fast", 1), theirs, NOW))
                .isEmpty();
    }

    /** An operator can return to this version. */
    @Test
    void keepsThePreviousStableVersionOfTheRoute() {
        AdapterRoute before = new AdapterRoute("fast", 2, 1, null, null, NOW, 6);
        RouteDecided started = ROUTES.start(student("fast", 3), student("fast", 2), before, LATER)
                .orElseThrow();
        assertThat(started.route())
                .isEqualTo(new AdapterRoute("fast", 2, 1, new Share(3, 0.1), new Share(3, 0.2), LATER, 7));
    }

    @Test
    void hasNoShadowWithAShadowShareOfZero() {
        CanaryRoutes unshadowed = new CanaryRoutes(new CanaryRules(0.1, 0, 2, 0.05, 2, 0.5, Duration.ofHours(1)));
        RouteDecided started = unshadowed
                .start(student("fast", 2), student("fast", 1), null, NOW)
                .orElseThrow();
        assertThat(started.route().shadow()).isNull();
    }

    @Test
    void isPromotedThenKeptWithinTheMargin() {
        compare("a", 2, 0.30, 1, 0.32);
        assertThat(canary.verdict(LATER)).isEmpty();
        compare("b", 2, 0.36, 1, 0.32);
        CanaryAnalysis.Verdict good = canary.verdict(LATER).orElseThrow();
        assertThat(good.reason()).contains("error 0.330 versus 0.320 for fast@1, requests: 2");
        RouteDecided promoted = ROUTES.next(CANARY, good, LATER);
        assertThat(promoted.decision()).isEqualTo(Decision.PROMOTED);
        assertThat(promoted.route()).isEqualTo(new AdapterRoute("fast", 2, 1, null, new Share(1, 0.2), LATER, 2));
        RouteDecided kept = ROUTES.next(promoted, good, LATER);
        assertThat(kept.decision()).isEqualTo(Decision.KEPT);
        assertThat(kept.route()).isEqualTo(new AdapterRoute("fast", 2, 1, null, null, LATER, 3));
        assertThat(kept.open()).isFalse();
    }

    @Test
    void isRolledBackWhenItsErrorIsTooHigh() {
        compare("a", 2, 0.40, 1, 0.30);
        compare("b", 2, 0.38, 1, 0.30);
        CanaryAnalysis.Verdict bad = canary.verdict(LATER).orElseThrow();
        RouteDecided back = ROUTES.next(CANARY, bad, LATER);
        assertThat(back.decision()).isEqualTo(Decision.ROLLED_BACK);
        assertThat(back.reason())
                .contains("live error too high")
                .contains("0.390")
                .contains("0.300");
        assertThat(back.route()).isEqualTo(new AdapterRoute("fast", 1, null, null, null, LATER, 2));
    }

    /** The margins can be represented exactly, so the limits are exact. */
    @Test
    void passesAtTheMargins() {
        CanaryRules rules = new CanaryRules(0.1, 0.2, 2, 0.25, 2, 0.5, Duration.ofHours(1));
        CanaryAnalysis atTheMargins = new CanaryAnalysis(CANARY, rules);
        atTheMargins.take(vote("a", 1, 0.5, null, NOW));
        atTheMargins.take(vote("b", 1, 0.5, null, NOW));
        atTheMargins.take(vote("c", 2, 0, null, NOW));
        atTheMargins.take(vote("d", 2, 0, null, NOW));
        assertThat(atTheMargins.verdict(LATER)).isEmpty();
        ShadowMeasured measured = new ShadowMeasured(pinned("fast", 2), 0.75, pinned("fast", 1), 0.5);
        atTheMargins.take(result("e", measured, LATER));
        atTheMargins.take(result("f", measured, LATER));
        assertThat(atTheMargins.verdict(LATER))
                .hasValueSatisfying(verdict -> assertThat(verdict.good()).isTrue());
    }

    /** After a promotion, the canary generates the images, and the previous version is the shadow. */
    @Test
    void comparesTheCanaryInBothRoles() {
        compare("a", 1, 0.30, 2, 0.45);
        compare("b", 1, 0.30, 2, 0.45);
        assertThat(canary.verdict(LATER)).hasValueSatisfying(verdict -> {
            assertThat(verdict.good()).isFalse();
            assertThat(verdict.reason()).contains("error 0.450 versus 0.300 for fast@1");
        });
    }

    @Test
    void isRolledBackWhenItsRatingsAreTooLow() {
        rate("a", 1, 1, NOW);
        rate("b", 1, 0.5, NOW);
        rate("c", 2, -1, NOW);
        assertThat(canary.verdict(LATER)).isEmpty();
        rate("c", 2, 1, NOW); // a second vote on the same image
        rate("c", 2, -1, NOW);
        assertThat(canary.verdict(LATER)).isEmpty();
        rate("d", 2, 0, NOW);
        assertThat(canary.verdict(LATER)).hasValueSatisfying(verdict -> {
            assertThat(verdict.good()).isFalse();
            assertThat(verdict.reason())
                    .contains("ratings too low")
                    .contains("rating -0.500 (2 votes) versus 0.750 (2 votes) for");
        });
    }

    @Test
    void doesNotCountRatingsThatWereWithdrawn() {
        rate("a", 1, 1, NOW);
        rate("b", 1, 0.5, NOW);
        rate("c", 2, -1, "mallory", NOW);
        rate("d", 2, -1, "mallory", NOW);
        assertThat(canary.verdict(LATER)).isPresent();
        canary.take(withdrawn("mallory", "other"));
        assertThat(canary.verdict(LATER)).isPresent();
        canary.take(withdrawn("mallory", "fast"));
        assertThat(canary.verdict(LATER)).isEmpty();
    }

    @Test
    void countsEachResultOfTheCanaryOnce() {
        compare("a", 2, 0.9, 1, 0.1);
        compare("a", 2, 0.9, 1, 0.1);
        compare("b", 3, 0.9, 1, 0.1);
        canary.take(result("c", new ShadowMeasured(pinned("other", 2), 0.9, pinned("other", 1), 0.1), LATER));
        canary.take(result("d", new ShadowMeasured(pinned("fast", 2), 0.9, null, null), LATER));
        canary.take(
                result("e", new ShadowMeasured(pinned("fast", 2), 0.9, pinned("fast", 1), 0.1), NOW.minusSeconds(1)));
        canary.take(result("f", null, LATER));
        rate("g", 2, -1, NOW.minusSeconds(1));
        rate("h", 3, -1, NOW);
        assertThat(canary.verdict(LATER)).isEmpty();
        assertThat(canary.verdict(NOW.plus(RULES.maxAge()))).hasValueSatisfying(verdict -> {
            assertThat(verdict.good()).isTrue();
            assertThat(verdict.reason()).contains("no regression found within").contains("requests: 1;");
        });
    }

    @Test
    void endsWhenTheRouteIsChanged() {
        AdapterRegistry adapters = new AdapterRegistry();
        OpenCanaries book = new OpenCanaries(adapters);
        book.apply(CANARY);
        adapters.apply(AdapterEvent.of(CANARY.route()));
        assertThat(book.open("fast")).contains(CANARY);
        assertThat(book.open()).isEqualTo(List.of(CANARY));
        adapters.apply(AdapterEvent.of(new AdapterRoute("fast", 2, 1, null, null, LATER)));
        assertThat(book.open("fast")).isEmpty();
    }

    @Test
    void endsWhenAnotherChangeToTheRouteCameFirst() {
        AdapterRoute theirs = new AdapterRoute("fast", 1, null, null, null, LATER, 1);
        AdapterRegistry adapters = new AdapterRegistry();
        adapters.apply(AdapterEvent.of(theirs));
        OpenCanaries book = new OpenCanaries(adapters);
        book.apply(CANARY);
        assertThat(book.overruled()).isEmpty();
        book.refused(CANARY.route());
        assertThat(book.overruled()).containsExactly(CANARY);
        RouteDecided overruled = CanaryRoutes.overruled(CANARY, theirs, LATER);
        assertThat(overruled)
                .isEqualTo(new RouteDecided(
                        "fast",
                        Decision.OVERRULED,
                        2,
                        1,
                        NOW,
                        "another change to the route came first",
                        theirs,
                        LATER));
        book.apply(overruled);
        assertThat(book.overruled()).isEmpty();
        assertThat(book.open()).isEmpty();
        assertThat(book.open("fast")).isEmpty();
    }

    private void compare(String request, int shadow, double error, int drawnWith, double drawnError) {
        canary.take(result(
                request,
                new ShadowMeasured(pinned("fast", shadow), error, pinned("fast", drawnWith), drawnError),
                LATER));
    }

    private static GenerationSucceeded result(String request, ShadowMeasured shadow, Instant at) {
        return new GenerationSucceeded(
                request,
                "w1",
                at,
                List.of(new GenerationSucceeded.GeneratedImage(0, 7, "blob", SHA)),
                20,
                Duration.ofSeconds(1),
                shadow);
    }

    private void rate(String id, int version, double rating, Instant at) {
        rate(id, version, rating, null, at);
    }

    private void rate(String id, int version, double rating, String owner, Instant at) {
        canary.take(vote(id, version, rating, owner, at));
    }

    private static FeedbackGiven vote(String id, int version, double rating, String owner, Instant at) {
        return new FeedbackGiven(
                id, "request", pinned("fast", version), "a star", "", 7, 64, 64, 20, rating, false, null, owner, at);
    }

    private static PinnedAdapter pinned(String name, int version) {
        return new PinnedAdapter(name, version, SHA);
    }
}
