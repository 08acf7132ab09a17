// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which versions a request gets that names an adapter and no version. An adapter without a route gives its newest one.
 * The record's key is the name.
 *
 * @param stable the version that requests get
 * @param previousStable the one before, to roll back to; null if there was none
 * @param canary tried on a share of the requests, or null
 * @param shadow tried beside a share of the requests without drawing them, or null
 */
public record AdapterRoute(
        String name,
        int stable,
        @Nullable Integer previousStable,
        @Nullable Share canary,
        @Nullable Share shadow,
        Instant updatedAt) {

    /**
     * A version for a share of the requests.
     *
     * @param share above 0, at most 1
     */
    public record Share(int version, double share) {
        public Share {
            Check.range("version", 1, Integer.MAX_VALUE, version);
            Check.range("share", Double.MIN_VALUE, 1, share);
        }
    }

    public AdapterRoute {
        Check.id("name", name);
        Check.range("stable", 1, Integer.MAX_VALUE, stable);
        if (previousStable != null) {
            Check.range("previousStable", 1, Integer.MAX_VALUE, previousStable);
        }
        Check.present("updatedAt", updatedAt);
    }
}
