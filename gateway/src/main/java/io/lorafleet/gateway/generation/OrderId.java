package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.util.UUID;

/**
 * What an order will be known by.
 *
 * @param requestId of the request that it becomes; what the order leaves to chance follows from it
 * @param orderSha256 of the order, if it came with an idempotency key; else null
 */
public record OrderId(String requestId, String orderSha256) {

    /** @return one that nothing else has */
    static OrderId random() {
        return new OrderId(UUID.randomUUID().toString(), null);
    }

    /** @return the same for the same key on every gateway */
    static OrderId of(IdempotencyKey key, GenerationOrder order) {
        return new OrderId(key.idFor("generation"), Sha256.of(Json.write(order)));
    }
}
