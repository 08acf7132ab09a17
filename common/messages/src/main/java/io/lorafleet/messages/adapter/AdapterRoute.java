// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The route of an adapter: the versions that requests get which name the adapter without a version. Without a route,
 * requests get the newest version. The record's key is the adapter name.
 *
 * @param name adapter name
 * @param stable version that most requests get
 * @param previousStable stable version before this one, the target of a rollback; null if there was none
 * @param canary version that generates the images of a share of the requests; null if none
 * @param shadow version that is measured on a share of the requests and does not change their images; null if none
 * @param updatedAt time of this change
 */
public record AdapterRoute(
        String name,
        int stable,
        @Nullable Integer previousStable,
        @Nullable Share canary,
        @Nullable Share shadow,
        Instant updatedAt) {

    /**
     * A version and the share of the requests that it gets.
     *
     * @param version version number, at least 1
     * @param share fraction of the requests, above 0 and at most 1
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
