// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CancellationsTest {
    private final Cancellations cancellations = new Cancellations();

    @Test
    void remembersTheLatestIds() {
        for (int i = 0; i <= 100_000; i++) {
            cancellations.cancel("r" + i);
        }
        assertThat(cancellations.cancelled("r0")).isFalse();
        assertThat(cancellations.cancelled("r1")).isTrue();
        assertThat(cancellations.cancelled("r100000")).isTrue();
        assertThat(cancellations.cancelled("r100001")).isFalse();
    }
}
