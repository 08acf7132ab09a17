// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.adapter.AdapterRoute;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A decision of the canary analysis about an adapter's route. The record is written in the same transaction as the
 * route.
 *
 * @param adapter adapter name
 * @param decision decision about the version
 * @param version version under analysis
 * @param against version that was stable when the analysis started, with which {@code version} is compared
 * @param since start of the analysis
 * @param reason human-readable reason, including the figures
 * @param route route after the decision. If a later route differs from it, an operator has taken over and the analysis
 *     ends. Null if an operator has removed the route
 * @param at time of the decision
 */
public record RouteDecided(
        String adapter,
        Decision decision,
        int version,
        int against,
        Instant since,
        String reason,
        @Nullable AdapterRoute route,
        Instant at)
        implements TrainingEvent {

    /** The possible decisions about a version. */
    public enum Decision {
        /** The version becomes the canary and receives a share of the requests. */
        @JsonProperty("canary")
        CANARY,
        /** The version becomes stable and receives all requests. The analysis continues for a while. */
        @JsonProperty("promoted")
        PROMOTED,
        /** The version stays stable, and the analysis is over. */
        @JsonProperty("kept")
        KEPT,
        /** The previous stable version receives all requests again. */
        @JsonProperty("rolled-back")
        ROLLED_BACK,
        /** The previous decision has no effect, because an operator changed the route at the same time. */
        @JsonProperty("overruled")
        OVERRULED
    }

    public RouteDecided {
        Check.id("adapter", adapter);
        Check.present("decision", decision);
        Check.range("version", 1, Integer.MAX_VALUE, version);
        Check.range("against", 1, Integer.MAX_VALUE, against);
        Check.present("since", since);
        Check.present("reason", reason);
        if (decision != Decision.OVERRULED) {
            Check.present("route", route);
        }
        Check.present("at", at);
    }

    /** @return whether another decision about the version will follow */
    public boolean open() {
        return decision == Decision.CANARY || decision == Decision.PROMOTED;
    }

    @Override
    public <R> R match(
            Function<TrainingStarted, R> started,
            Function<TrainingProgressed, R> progressed,
            Function<TrainingFinished, R> finished,
            Function<RouteDecided, R> routeDecided) {
        return routeDecided.apply(this);
    }
}
