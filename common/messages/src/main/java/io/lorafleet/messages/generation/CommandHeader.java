// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link GenerateImage} that does not change between schema versions. A worker that does not understand
 * the rest of the command can still end a request that was cancelled or has expired.
 *
 * @param requestId id of the request
 * @param schemaVersion version of the command's schema; null for 1
 * @param baseFingerprint fingerprint of the base that must generate the images; null for any base
 * @param deadline time at which the request expires, or null
 */
public record CommandHeader(
        String requestId,
        @Nullable Integer schemaVersion,
        @Nullable String baseFingerprint,
        @Nullable Instant deadline) {
    public CommandHeader {
        Check.id("requestId", requestId);
    }

    /**
     * @param base fingerprint of the reader's base
     * @return why the reader must leave the command to other workers; null if it can read the command
     */
    public @Nullable String reasonToLeave(String base) {
        if (schemaVersion != null && schemaVersion > GenerateImage.SCHEMA_VERSION) {
            return "schemaVersion: expected at most " + GenerateImage.SCHEMA_VERSION + ", found " + schemaVersion;
        }
        return baseFingerprint == null || baseFingerprint.equals(base)
                ? null
                : "baseFingerprint: expected " + base + ", found " + baseFingerprint;
    }

    /** @return whether the deadline has passed at {@code now} */
    public boolean expired(Instant now) {
        return deadline != null && !now.isBefore(deadline);
    }
}
