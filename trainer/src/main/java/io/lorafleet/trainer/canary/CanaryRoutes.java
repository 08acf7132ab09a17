// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.RouteDecided.Decision;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates a canary's routes, from its start to its end. */
public final class CanaryRoutes {
    private final CanaryRules rules;

    public CanaryRoutes(CanaryRules rules) {
        this.rules = rules;
    }

    /**
     * Starts a canary.
     *
     * @param version the canary
     * @param stable the version for requests that do not get the canary
     * @param route the current route, or null
     * @return the first decision; empty if canaries are off, or if the route already has a canary or a shadow
     */
    public Optional<RouteDecided> start(
            AdapterVersion version, AdapterVersion stable, @Nullable AdapterRoute route, Instant now) {
        boolean taken = route != null && (route.canary() != null || route.shadow() != null);
        if (!rules.on() || taken) {
            return Optional.empty();
        }
        AdapterRoute next = new AdapterRoute(
                        version.name(),
                        stable.version(),
                        route == null ? null : route.previousStable(),
                        new Share(version.version(), rules.canaryShare()),
                        shadow(version.version()),
                        now)
                .after(route);
        return Optional.of(new RouteDecided(
                version.name(),
                Decision.CANARY,
                version.version(),
                stable.version(),
                now,
                "passed the quality gate",
                next,
                now));
    }

    /**
     * Makes the decision that follows from a verdict. A good canary is promoted to stable, and the previous version
     * becomes its shadow. After a second good verdict, the canary is kept. A bad verdict rolls the canary back.
     */
    public RouteDecided next(RouteDecided last, CanaryAnalysis.Verdict verdict, Instant now) {
        String name = last.adapter();
        if (!verdict.good()) {
            AdapterRoute back = new AdapterRoute(name, last.against(), null, null, null, now);
            return decided(last, Decision.ROLLED_BACK, verdict.reason(), back.after(last.route()), now);
        }
        boolean wasCanary = last.decision() == Decision.CANARY;
        Share shadow = wasCanary ? shadow(last.against()) : null;
        AdapterRoute stable = new AdapterRoute(name, last.version(), last.against(), null, shadow, now);
        Decision decision = wasCanary ? Decision.PROMOTED : Decision.KEPT;
        return decided(last, decision, verdict.reason(), stable.after(last.route()), now);
    }

    /**
     * Records that a decision has no effect, because the route was changed at the same time.
     *
     * @param route the current route, or null
     */
    public static RouteDecided overruled(RouteDecided last, @Nullable AdapterRoute route, Instant now) {
        return decided(last, Decision.OVERRULED, "another change to the route came first", route, now);
    }

    private static RouteDecided decided(
            RouteDecided last, Decision decision, String reason, @Nullable AdapterRoute route, Instant now) {
        return new RouteDecided(
                last.adapter(), decision, last.version(), last.against(), last.since(), reason, route, now);
    }

    private @Nullable Share shadow(int version) {
        return rules.shadowShare() > 0 ? new Share(version, rules.shadowShare()) : null;
    }
}
