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

/** A gateway's key file. It contains a hash of each API key, not the key itself. */
public record ApiKeys(List<Entry> keys) {
    public static final ApiKeys NONE = new ApiKeys(List.of());

    /** A set of permissions for a key's owner. */
    public enum Role {
        /** Create generations and read the owner's generations. */
        @JsonProperty("generate")
        GENERATE,
        /** Rate the images in the owner's generations. */
        @JsonProperty("feedback")
        FEEDBACK,
        /** Upload and retire adapters, and change their routes. */
        @JsonProperty("manage-adapters")
        MANAGE_ADAPTERS,
        /** Read the fleet's state, its metrics and all generations. */
        @JsonProperty("operate")
        OPERATE
    }

    /**
     * One API key.
     *
     * @param id public part of the key
     * @param owner owner of the key, and of the generations created with it
     * @param roles owner's roles
     * @param sha256 SHA-256 of the whole key. The key is long and random, so a fast hash is safe
     * @param createdAt time of creation
     * @param expiresAt time at which the key expires; null if it does not expire
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

        /** Creates a key that does not expire. */
        public Entry(String id, String owner, Set<Role> roles, String sha256, Instant createdAt) {
            this(id, owner, roles, sha256, createdAt, null);
        }

        /** @return a copy of this key that expires at {@code end} */
        public Entry until(Instant end) {
            return new Entry(id, owner, roles, sha256, createdAt, end);
        }

        /** @return whether the key has expired at {@code now} */
        public boolean expiredBy(Instant now) {
            return expiresAt != null && !now.isBefore(expiresAt);
        }
    }

    public ApiKeys {
        keys = List.copyOf(Check.present("keys", keys));
    }

    /** @return a copy with one more key */
    public ApiKeys with(Entry entry) {
        return new ApiKeys(Stream.concat(keys.stream(), Stream.of(entry)).toList());
    }

    /** @return the key with this id, if there is one */
    public Optional<Entry> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** @return a copy without the key with this id; an equal copy if there is no such key */
    public ApiKeys without(String id) {
        return new ApiKeys(keys.stream().filter(key -> !key.id().equals(id)).toList());
    }
}
