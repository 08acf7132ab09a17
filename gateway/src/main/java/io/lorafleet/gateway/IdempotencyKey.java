// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import org.jspecify.annotations.Nullable;

/** Identifies the retries of a request, so that the request takes effect only once. */
public record IdempotencyKey(String value) {
    public static final String HEADER = "Idempotency-Key";
    private static final int MAX_LENGTH = 255;

    /**
     * @param header value of the header; null if absent
     * @return the key; null if it is absent or invalid
     */
    public static @Nullable IdempotencyKey of(@Nullable String header, FieldChecks checks) {
        if (header == null) {
            return null;
        }
        if (header.isEmpty() || header.length() > MAX_LENGTH) {
            checks.refuse(HEADER, "1 to " + MAX_LENGTH + " characters", header.length() + " characters");
            return null;
        }
        return new IdempotencyKey(header);
    }

    /**
     * Derives an id that is the same on every gateway. The purpose is part of the hash, so that the same key yields
     * different ids for different purposes.
     *
     * @param purpose words that identify the purpose of the id. They must not contain slashes; the key may
     */
    public String idFor(String... purpose) {
        return DerivedId.of(String.join("/", purpose), value);
    }
}
