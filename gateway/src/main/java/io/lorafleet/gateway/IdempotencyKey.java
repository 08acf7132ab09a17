// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import org.jspecify.annotations.Nullable;

/** By what a client says that it sends the same again, so that it counts once. */
public record IdempotencyKey(String value) {
    public static final String HEADER = "Idempotency-Key";
    private static final int MAX_LENGTH = 255;

    /** @param header null if the client sent none @return null if there is no key, or none that can be accepted */
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
     * The same on every gateway. The key is hashed with what it is for, so that it means nothing anywhere else.
     *
     * @param purpose of the id; may hold no slash, which only the key may
     */
    public String idFor(String... purpose) {
        return DerivedId.of(String.join("/", purpose), value);
    }
}
