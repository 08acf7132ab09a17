// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(5));

    @Test
    void delaysDoubleUpToTheMaximum() {
        assertThat(Stream.generate(backoff::next).limit(5))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 4L, 5L, 5L);
    }

    @Test
    void startsAgainAfterAReset() {
        backoff.next();
        backoff.next();
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void firstDelayIsAtMostTheMaximum() {
        assertThat(new Backoff(Duration.ofMillis(10)).next()).isEqualTo(Duration.ofMillis(10));
    }
}
