// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's route: the versions used for requests that name the adapter without a version. If there is no route,
 * these requests use the newest version. The record's key is the adapter name.
 *
 * @param name adapter name
 * @param stable version used for most requests
 * @param previousStable previous stable version, which a rollback returns to; null if there was none
 * @param canary version that generates the images of a share of the requests, or null
 * @param shadow version that is measured on a share of the requests and does not change their images, or null
 * @param updatedAt time of this change
 * @param revision number of this change: 1 for an adapter's first route, otherwise one more than the revision of the
 *     previous change. Readers apply only the next revision, so if a route is changed twice at the same time, only the
 *     first change on the topic counts. Null in records from older releases, which are always applied
 */
public record AdapterRoute(
        String name,
        int stable,
        @Nullable Integer previousStable,
        @Nullable Share canary,
        @Nullable Share shadow,
        Instant updatedAt,
        @Nullable Integer revision) {

    /**
     * A version and its share of the requests.
     *
     * @param version version number, at least 1
     * @param share fraction of the requests, greater than 0 and at most 1
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
        if (revision != null) {
            Check.range("revision", 1, Integer.MAX_VALUE, revision);
        }
    }

    /** Creates a route without a revision. */
    public AdapterRoute(
            String name,
            int stable,
            @Nullable Integer previousStable,
            @Nullable Share canary,
            @Nullable Share shadow,
            Instant updatedAt) {
        this(name, stable, previousStable, canary, shadow, updatedAt, null);
    }

    /**
     * @param before the route that this one replaces; null if there is none
     * @return the same route, with the revision that follows that of {@code before}
     */
    public AdapterRoute after(@Nullable AdapterRoute before) {
        return withRevision(1 + (before == null || before.revision == null ? 0 : before.revision));
    }

    /** @return the same route with the given revision */
    public AdapterRoute withRevision(int number) {
        return new AdapterRoute(name, stable, previousStable, canary, shadow, updatedAt, number);
    }

    /** @return whether both routes select the same versions, whatever their times and revisions */
    public boolean selectsLike(@Nullable AdapterRoute other) {
        return other != null
                && name.equals(other.name)
                && stable == other.stable
                && Objects.equals(previousStable, other.previousStable)
                && Objects.equals(canary, other.canary)
                && Objects.equals(shadow, other.shadow);
    }
}
