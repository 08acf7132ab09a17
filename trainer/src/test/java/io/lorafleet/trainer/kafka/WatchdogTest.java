// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private final AtomicLong now = new AtomicLong();
    private final Watchdog watchdog = new Watchdog(Duration.ofNanos(10), now::get);

    @Test
    void findsAThreadWithoutProgress() {
        assertThat(watchdog.hung()).isEmpty();
        watchdog.progressed("training");
        watchdog.progressed("feedback");
        now.set(10);
        assertThat(watchdog.hung()).isEmpty();
        watchdog.progressed("feedback");
        now.set(11);
        assertThat(watchdog.hung()).contains("training");
        watchdog.progressed("training");
        assertThat(watchdog.hung()).isEmpty();
    }

    @Test
    void anIdleThreadDoesNotHang() {
        watchdog.progressed("training");
        watchdog.idle("training");
        now.set(11);
        assertThat(watchdog.hung()).isEmpty();
    }
}
