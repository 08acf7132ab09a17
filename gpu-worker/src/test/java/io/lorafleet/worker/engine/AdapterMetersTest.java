// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class AdapterMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AdapterMeters meters = new AdapterMeters(registry);

    @Test
    void removesTheMetersOfAdaptersThatAreNoLongerUsed() {
        for (int i = 0; i < 3 * AdapterMeters.MAX; i++) {
            meters.evaluations("often@1", "style").increment();
            meters.evaluations("rare@" + i + "+often@1", "style").increment();
            meters.shadowError("student@" + i).record(1);
        }
        assertThat(registry.getMeters()).hasSize(AdapterMeters.MAX);
        assertThat(registry.get("lorafleet.unet.evaluations")
                        .tag("adapter", "often@1")
                        .counter()
                        .count())
                .isEqualTo(3 * AdapterMeters.MAX);
    }
}
