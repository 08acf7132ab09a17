// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.adapter.AdapterRoute;
import java.time.Instant;

/**
 * A trainer has changed an adapter's route, for a version that it made. It stands in one transaction with the route.
 *
 * @param version that is on trial, or was
 * @param against the stable version that it is compared with
 * @param since when its trial began
 * @param reason for people, with the figures
 * @param route as it is from now on. If somebody has written another one since, the trial is theirs
 */
public record RouteDecided(
        String adapter,
        Decision decision,
        int version,
        int against,
        Instant since,
        String reason,
        AdapterRoute route,
        Instant at)
        implements TrainingEvent {

    /** What becomes of the version. */
    public enum Decision {
        /** A share of the requests gets it. */
        @JsonProperty("canary")
        CANARY,
        /** All requests get it, and it is watched a while longer. */
        @JsonProperty("promoted")
        PROMOTED,
        /** It stays. */
        @JsonProperty("kept")
        KEPT,
        /** No request gets it any more. */
        @JsonProperty("rolled-back")
        ROLLED_BACK
    }

    public RouteDecided {
        Check.id("adapter", adapter);
        Check.present("decision", decision);
        Check.range("version", 1, Integer.MAX_VALUE, version);
        Check.range("against", 1, Integer.MAX_VALUE, against);
        Check.present("since", since);
        Check.present("reason", reason);
        Check.present("route", route);
        Check.present("at", at);
    }

    /** @return whether another decision is to follow */
    public boolean open() {
        return decision == Decision.CANARY || decision == Decision.PROMOTED;
    }
}
