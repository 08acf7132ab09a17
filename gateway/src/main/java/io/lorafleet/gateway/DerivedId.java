// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Derives deterministic ids: every gateway derives the same id from the same parts, and clients cannot cause
 * collisions.
 */
public final class DerivedId {
    private DerivedId() {}

    /** @param parts parts that identify the object; only the last part may contain slashes */
    public static String of(String... parts) {
        byte[] hash = Sha256.newDigest().digest(String.join("/", parts).getBytes(StandardCharsets.UTF_8));
        return UUID.nameUUIDFromBytes(hash).toString();
    }
}
