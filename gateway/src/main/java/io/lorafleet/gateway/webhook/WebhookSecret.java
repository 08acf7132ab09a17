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
 * Signs calls according to <a href="https://www.standardwebhooks.com">Standard Webhooks</a>. Each owner has a secret
 * derived from the gateway's secret. If all owners shared one secret, an owner could make the gateway send validly
 * signed calls to another owner's URL.
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

    /** @throws IllegalArgumentException if the text is not a valid secret; the message does not quote the text */
    public static WebhookSecret parse(String text) {
        byte[] bytes = new byte[0];
        if (text.startsWith(PREFIX)) {
            try {
                bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
            } catch (IllegalArgumentException e) {
                // reported below, without the secret
            }
        }
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "expected whsec_ followed by 24 to 64 random bytes in base64, found other text");
        }
        return new WebhookSecret(bytes);
    }

    /** @param owner owner of the secret; null in open mode */
    WebhookSecret of(@Nullable String owner) {
        return of("webhook-secret", owner);
    }

    /** @param purpose what the secret is used for; must not contain a colon */
    WebhookSecret of(String purpose, @Nullable String owner) {
        // In open mode, the HMAC input has no colon, so it cannot be the same as an owner's input.
        return new WebhookSecret(hmac((owner == null ? purpose : purpose + ":" + owner).getBytes(UTF_8)));
    }

    /** @return a signature for the {@code webhook-signature} header */
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
            throw new IllegalStateException(e); // every JVM supports HmacSHA256
        }
    }

    /** @return the secret in the format that Standard Webhooks libraries use */
    String text() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }
}
