// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Ids that follow from what they are for: the same on every gateway, and nobody can make two things share one. */
public final class DerivedId {
    private DerivedId() {}

    /** @param parts what the id is for; no slash in any, but the last may hold some */
    public static String of(String... parts) {
        byte[] hash = Sha256.newDigest().digest(String.join("/", parts).getBytes(StandardCharsets.UTF_8));
        return UUID.nameUUIDFromBytes(hash).toString();
    }
}
