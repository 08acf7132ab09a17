// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryDelaysTest {
    private final RetryDelays delays = new RetryDelays(Duration.ofMinutes(1));

    @Test
    void delayGrowsPerAdapter() {
        assertThat(delays.failed("fast", NOW)).isEqualTo(Duration.ofSeconds(1));
        assertThat(delays.failed("fast", NOW)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delays.isOver("fast", NOW.plusMillis(1999))).isFalse();
        assertThat(delays.isOver("fast", NOW.plusSeconds(2))).isTrue();
        assertThat(delays.isOver("slow", NOW)).isTrue();
        assertThat(delays.failed("slow", NOW)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void successEndsTheDelay() {
        delays.failed("fast", NOW);
        delays.failed("fast", NOW);
        delays.succeeded("fast");
        assertThat(delays.isOver("fast", NOW)).isTrue();
        assertThat(delays.failed("fast", NOW)).isEqualTo(Duration.ofSeconds(1));
    }
}
