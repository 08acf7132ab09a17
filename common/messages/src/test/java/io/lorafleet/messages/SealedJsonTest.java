// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SealedJsonTest {
    private record Message(String text, int number) {}

    private static final Message MESSAGE = new Message("ä red {star}", 7);

    @Test
    void readsWhatItWrote() {
        byte[] sealed = SealedJson.write(MESSAGE);
        assertThat(new String(sealed, UTF_8))
                .matches("\\{\"sha256\":\"[0-9a-f]{64}\",\"text\":\"ä red \\{star}\",\"number\":7}");
        assertThat(SealedJson.read(sealed, Message.class)).isEqualTo(MESSAGE);
        assertThat(Json.read(sealed, Message.class)).isEqualTo(MESSAGE);
    }

    @Test
    void readsAMessageWithoutAHash() {
        assertThat(SealedJson.read(Json.write(MESSAGE), Message.class)).isEqualTo(MESSAGE);
    }

    /** A changed digit in a number is still valid JSON. */
    @Test
    void refusesEachChangedBitOfTheMessage() {
        byte[] sealed = SealedJson.write(MESSAGE);
        for (int i = "{\"sha256\":\"".length(); i < sealed.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = sealed.clone();
                damaged[i] ^= (byte) (1 << bit);
                assertThatThrownBy(() -> SealedJson.read(damaged, Message.class))
                        .as("bit %d of byte %d", bit, i)
                        .isInstanceOf(InvalidMessageException.class);
            }
        }
        byte[] other = new String(sealed, UTF_8).replace(":7}", ":8}").getBytes(UTF_8);
        assertThatThrownBy(() -> SealedJson.read(other, Message.class))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageMatching("sha256: expected [0-9a-f]{64}, found [0-9a-f]{64}");
    }

    @Test
    void refusesATruncatedMessage() {
        byte[] sealed = SealedJson.write(MESSAGE);
        for (int length = 0; length < sealed.length; length++) {
            byte[] truncated = Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> SealedJson.read(truncated, Message.class))
                    .as("%d bytes", length)
                    .isInstanceOf(InvalidMessageException.class);
        }
    }
}
