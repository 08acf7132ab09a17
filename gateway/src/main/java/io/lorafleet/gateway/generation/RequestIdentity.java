// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an order will be known by.
 *
 * @param requestId of the request that it becomes; what the order leaves to chance follows from it
 * @param owner who sent it; null where nobody has to say who he is
 * @param orderSha256 of the order, if it came with an idempotency key; else null
 */
public record RequestIdentity(
        String requestId, @Nullable String owner, @Nullable String orderSha256) {

    /** @return one that nothing else has */
    static RequestIdentity random(@Nullable String owner) {
        return new RequestIdentity(UUID.randomUUID().toString(), owner, null);
    }

    /** @return the same for the same key of the same owner on every gateway */
    static RequestIdentity of(IdempotencyKey key, @Nullable String owner, GenerationRequest order) {
        String whose = owner == null ? "anybody" : Sha256.of(owner.getBytes(StandardCharsets.UTF_8));
        return new RequestIdentity(key.idFor("generation", whose), owner, Sha256.of(Json.write(order)));
    }
}
