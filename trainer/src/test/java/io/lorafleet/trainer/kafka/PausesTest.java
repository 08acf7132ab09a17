// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PausesTest {
    private final Pauses pauses = new Pauses(Duration.ofMinutes(1));

    @Test
    void anAdapterPausesLongerEachTimeAndOthersDoNot() {
        assertThat(pauses.brokeDown("fast", NOW)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pauses.brokeDown("fast", NOW)).isEqualTo(Duration.ofSeconds(2));
        assertThat(pauses.isOver("fast", NOW.plusMillis(1999))).isFalse();
        assertThat(pauses.isOver("fast", NOW.plusSeconds(2))).isTrue();
        assertThat(pauses.isOver("slow", NOW)).isTrue();
        assertThat(pauses.brokeDown("slow", NOW)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void oneThatWentWellPausesNoLonger() {
        pauses.brokeDown("fast", NOW);
        pauses.brokeDown("fast", NOW);
        pauses.wentWell("fast");
        assertThat(pauses.isOver("fast", NOW)).isTrue();
        assertThat(pauses.brokeDown("fast", NOW)).isEqualTo(Duration.ofSeconds(1));
    }
}
