// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
    private static final WebhookSecret SECRET = WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    /** The example from the tests of the Standard Webhooks libraries. */
    @Test
    void signsAsStandardWebhooksHasIt() {
        assertThat(SECRET.signature(
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        Instant.ofEpochSecond(1614265330),
                        "{\"test\": 2432232314}".getBytes(UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /** HMAC-SHA256 of {@code webhook-secret:alice}, as computed by OpenSSL. */
    @Test
    void isDeterministicPerOwner() {
        assertThat(SECRET.of("alice").text()).isEqualTo("whsec_3rFRPeSftdvlAa+fs12Gy3MIDa5319XovcFP9e0FXmA=");
        assertThat(WebhookSecret.parse(SECRET.of("alice").text()).text())
                .isEqualTo(SECRET.of("alice").text());
    }

    @Test
    void differsPerOwnerAndForOpenMode() {
        assertThat(Stream.of("alice", "bob", "", "null", ":", null)
                        .map(owner -> SECRET.of(owner).text()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_no base64 at all"})
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> WebhookSecret.parse(text))
                .hasMessage("expected whsec_ followed by 24 to 64 random bytes in base64, found other text");
    }

    @Test
    void isNotTooLong() {
        String long65 = "whsec_" + Base64.getEncoder().encodeToString(new byte[65]);
        assertThatThrownBy(() -> WebhookSecret.parse(long65)).isInstanceOf(IllegalArgumentException.class);
    }
}
