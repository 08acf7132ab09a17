// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class WorkRateTest {
    private final WorkRate rate = new WorkRate();
    private Instant now = NOW;

    @Test
    void isUnknownBeforeTheFirstCompletion() {
        assertThat(rate.perSecond(now)).isNull();
        rate.busy(true, now);
        after(5);
        assertThat(rate.perSecond(now)).isNull();
    }

    @Test
    void isUnknownWithinTheFirstSecond() {
        rate.busy(true, now);
        now = now.plusMillis(900);
        rate.completed(10, now);
        assertThat(rate.perSecond(now)).isNull();
        now = now.plusMillis(100);
        assertThat(rate.perSecond(now)).isEqualTo(10);
    }

    @Test
    void doesNotCountTimeWithoutWork() {
        work(10, 5);
        rate.busy(false, now);
        after(3600);
        work(10, 5);
        assertThat(rate.perSecond(now)).isEqualTo(5);
        rate.busy(false, now);
        after(3600);
        assertThat(rate.perSecond(now)).isEqualTo(5);
    }

    @Test
    void forgetsWorkFromMoreThanAMinuteAgo() {
        work(300, 5);
        work(70, 20);
        assertThat(rate.perSecond(now)).isCloseTo(20, within(0.5));
    }

    @Test
    void knowsTheRateOfStepsThatTakeLongerThanTheWindow() {
        rate.busy(true, now);
        for (int i = 0; i < 5; i++) {
            after(100);
            rate.completed(200, now);
        }
        assertThat(rate.perSecond(now)).isEqualTo(2);
    }

    @Test
    void fallsWhileNothingIsCompleted() {
        work(10, 6);
        after(50);
        assertThat(rate.perSecond(now)).isEqualTo(1);
    }

    /** Completes {@code cost} at the end of each second. */
    private void work(int seconds, long cost) {
        rate.busy(true, now);
        for (int i = 0; i < seconds; i++) {
            after(1);
            rate.completed(cost, now);
        }
    }

    private void after(int seconds) {
        now = now.plusSeconds(seconds);
    }
}
