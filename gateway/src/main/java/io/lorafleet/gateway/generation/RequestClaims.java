// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Claims each request that has an idempotency key: stores the request in the blob store before it is published. The
 * first gateway to claim a request determines its content, so that all gateways publish the same record: the same seed,
 * adapter versions and acceptance time. If that gateway dies before it publishes the request, a retry publishes it.
 */
final class RequestClaims {
    private static final Logger LOG = Logger.getLogger(RequestClaims.class);

    private final BlobStore blobs;

    RequestClaims(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * A request to publish.
     *
     * @param later the request's fields that only later releases know, if a gateway of such a release claimed the
     *     request
     */
    record Claim(GenerateImage request, LaterFields later) {
        static Claim of(GenerateImage request) {
            return new Claim(request, LaterFields.NONE);
        }
    }

    /**
     * Claims a request.
     *
     * @param admitted this client's request
     * @return the request to publish; empty if the first request with the key had a different body
     * @throws UncheckedIOException if the blob store fails
     */
    Optional<Claim> claim(GenerateImage admitted) {
        String key = BlobKeys.request(admitted.requestId());
        try {
            // A webhook's URL may contain a token, so the URL is not stored. Every retry contains the URL, because it
            // is part of the body.
            if (blobs.putIfAbsent(key, SealedJson.write(admitted.withoutWebhook()))) {
                return Optional.of(Claim.of(admitted));
            }
            byte[] claim = SealedJson.open(blobs.get(key).orElseThrow());
            GenerateImage first = Json.read(claim, GenerateImage.class);
            return Objects.equals(first.orderSha256(), admitted.orderSha256())
                    ? Optional.of(new Claim(first.withWebhook(admitted.webhook()), LaterFields.of(claim, first)))
                    : Optional.empty();
        } catch (InvalidMessageException e) {
            LOG.errorf("Deleting damaged blob %s: %s", key, e.getMessage());
            delete(key);
            return claim(admitted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String key) {
        try {
            blobs.delete(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
