// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a generation request.
 *
 * @param requestId id of the generation, from which random defaults are derived
 * @param owner the caller; null in open mode
 * @param bodySha256 hash of the body if the request has an idempotency key; null otherwise
 */
public record RequestIdentity(
        String requestId, @Nullable String owner, @Nullable String bodySha256) {

    /** @return a unique identity */
    public static RequestIdentity random(@Nullable String owner) {
        return new RequestIdentity(UUID.randomUUID().toString(), owner, null);
    }

    /** @return an identity that is the same on every gateway for the same key and owner */
    public static RequestIdentity of(IdempotencyKey key, @Nullable String owner, GenerationRequest body) {
        String whose = owner == null ? "anybody" : Sha256.of(owner.getBytes(StandardCharsets.UTF_8));
        return new RequestIdentity(key.idFor("generation", whose), owner, Sha256.of(Json.write(body)));
    }
}
