// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The file by which gateways know API keys. The keys themselves are not in it, but what tells them when they come. */
public record ApiKeys(List<Entry> keys) {
    public static final ApiKeys NONE = new ApiKeys(List.of());

    /** What somebody may do. */
    public enum Role {
        /** Order images, and see one's own. */
        @JsonProperty("generate")
        GENERATE,
        /** Rate one's own images. */
        @JsonProperty("feedback")
        FEEDBACK,
        /** Upload, route and retire adapters. */
        @JsonProperty("manage-adapters")
        MANAGE_ADAPTERS,
        /** See the fleet, its metrics, and everybody's generations. */
        @JsonProperty("operate")
        OPERATE
    }

    /**
     * A key.
     *
     * @param id the part of the key that is no secret
     * @param owner who has it; a generation belongs to its owner
     * @param sha256 of the whole key. It is long and drawn at random, so there is nothing to be guessed that would need
     *     a slower hash
     * @param expiresAt from when on it is no key any more; null if it is one until it is revoked
     */
    public record Entry(
            String id,
            String owner,
            Set<Role> roles,
            String sha256,
            Instant createdAt,
            @Nullable Instant expiresAt) {
        public Entry {
            Check.id("id", id);
            Check.id("owner", owner);
            roles = Set.copyOf(new TreeSet<>(Check.present("roles", roles)));
            Check.sha256("sha256", sha256);
            Check.present("createdAt", createdAt);
        }

        /** A key that does not expire. */
        public Entry(String id, String owner, Set<Role> roles, String sha256, Instant createdAt) {
            this(id, owner, roles, sha256, createdAt, null);
        }

        /** @return the same key, which expires then */
        public Entry until(Instant end) {
            return new Entry(id, owner, roles, sha256, createdAt, end);
        }

        /** @return whether it is no key any more */
        public boolean expiredBy(Instant now) {
            return expiresAt != null && !now.isBefore(expiresAt);
        }
    }

    public ApiKeys {
        keys = List.copyOf(Check.present("keys", keys));
    }

    public ApiKeys with(Entry entry) {
        return new ApiKeys(Stream.concat(keys.stream(), Stream.of(entry)).toList());
    }

    public Optional<Entry> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** @return the same if there is no such key */
    public ApiKeys without(String id) {
        return new ApiKeys(keys.stream().filter(key -> !key.id().equals(id)).toList());
    }
}
