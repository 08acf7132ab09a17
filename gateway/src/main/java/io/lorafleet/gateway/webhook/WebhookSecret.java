// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs calls as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> has it. The gateway's own secret signs
 * nothing: each owner has one that comes of it, or else an owner could have the gateway sign calls to another one's URL.
 */
public final class WebhookSecret {
    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] bytes;

    private WebhookSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if it is no secret of this kind; it is not quoted */
    public static WebhookSecret parse(String text) {
        byte[] bytes = new byte[0];
        if (text.startsWith(PREFIX)) {
            try {
                bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
            } catch (IllegalArgumentException e) {
                // answered below, without the secret
            }
        }
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "expected whsec_ and 24 to 64 random bytes in base64, found another text");
        }
        return new WebhookSecret(bytes);
    }

    /** @param owner null where nobody has to say who he is */
    WebhookSecret of(@Nullable String owner) {
        // Without the colon it is the word of no owner.
        return new WebhookSecret(hmac((owner == null ? "webhook-secret" : "webhook-secret:" + owner).getBytes(UTF_8)));
    }

    /** @return one of the signatures in the header {@code webhook-signature} */
    String signature(String id, Instant timestamp, byte[] body) {
        byte[] head = (id + "." + timestamp.getEpochSecond() + ".").getBytes(UTF_8);
        return "v1," + Base64.getEncoder().encodeToString(hmac(head, body));
    }

    private byte[] hmac(byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes, ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /** @return as libraries take it */
    String text() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }
}
