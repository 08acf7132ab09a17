// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The record header {@link GenerateImage#WEBHOOK_HEADER}: a webhook with its owner, as JSON. It is signed, because it
 * comes back in a worker's record, and a worker must not be able to make the gateway sign calls to other URLs.
 */
final class WebhookHeader {
    private static final String PURPOSE = "webhook-header";

    private final List<WebhookSecret> secrets;

    /**
     * A webhook.
     *
     * @param url URL to call
     * @param owner owner of the request, whose secret signs the call; null in open mode
     */
    record Target(String url, @Nullable String owner) {
        /** The URL can contain a token. */
        @Override
        public String toString() {
            return "a webhook of " + owner;
        }
    }

    private record Signed(Target target, String signature) {}

    /**
     * @param secrets the gateway's secrets; headers are signed with the first one, and accepted if signed with any of
     *     them
     */
    WebhookHeader(List<WebhookSecret> secrets) {
        this.secrets = secrets.stream().map(secret -> secret.of(PURPOSE, null)).toList();
    }

    byte[] write(String requestId, Target target) {
        return Json.write(new Signed(target, signature(secrets.get(0), requestId, target)));
    }

    /** @return the webhook; empty if the header is invalid or was not signed by a gateway for this request */
    Optional<Target> read(String requestId, byte[] header) {
        try {
            Signed signed = Json.read(header, Signed.class);
            boolean valid = signed.target() != null
                    && signed.signature() != null
                    && secrets.stream()
                            .anyMatch(secret -> MessageDigest.isEqual(
                                    signature(secret, requestId, signed.target())
                                            .getBytes(UTF_8),
                                    signed.signature().getBytes(UTF_8)));
            return valid ? Optional.of(signed.target()) : Optional.empty();
        } catch (InvalidMessageException e) {
            return Optional.empty();
        }
    }

    private static String signature(WebhookSecret secret, String requestId, Target target) {
        return secret.signature(requestId, Instant.EPOCH, Json.write(target));
    }
}
