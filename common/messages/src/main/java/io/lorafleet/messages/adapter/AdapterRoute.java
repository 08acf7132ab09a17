// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's route: the versions used for requests that name the adapter without a version. If there is no route,
 * these requests use the newest version. The record's key is the adapter name.
 *
 * @param name adapter name
 * @param stable version used for most requests
 * @param previousStable previous stable version, which a rollback returns to; null if there was none
 * @param canary version that generates the images of a share of the requests, or null
 * @param shadow version measured on a share of the requests without changing their images, or null
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
     * A version and its share of the requests.
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
