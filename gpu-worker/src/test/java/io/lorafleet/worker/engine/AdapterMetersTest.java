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
            meters.evaluations("often").increment();
            meters.evaluations("rare-" + i).increment();
            meters.shadowError("student-" + i).record(1);
        }
        assertThat(registry.getMeters()).hasSize(AdapterMeters.MAX);
        assertThat(registry.get("lorafleet.adapter.evaluations")
                        .tag("adapter", "often")
                        .counter()
                        .count())
                .isEqualTo(3 * AdapterMeters.MAX);
    }
}
