// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BrokerClockTest {
    private static final Instant BROKER = Instant.parse("2026-03-01T00:00:00Z");

    private final StoppedClock machine = new StoppedClock();
    private long nanos;
    private final BrokerClock clock = new BrokerClock(machine, () -> nanos);

    @Test
    void showsTheTimeOfTheMachineAtFirst() {
        assertThat(clock.instant()).isEqualTo(machine.instant());
        clock.sending().acknowledged(-1);
        assertThat(clock.instant()).isEqualTo(machine.instant());
    }

    @Test
    void assumesThatTheBrokerAppendedTheRecordHalfwayToTheAcknowledgement() {
        acknowledge(BROKER, Duration.ofMillis(600));
        assertThat(clock.instant()).isEqualTo(BROKER.plusMillis(300));
    }

    @Test
    void countsOnWhateverHappensToTheClockOfTheMachine() {
        acknowledge(BROKER, Duration.ZERO);
        machine.advance(Duration.ofHours(1));
        advance(Duration.ofSeconds(4));
        assertThat(clock.instant()).isEqualTo(BROKER.plusSeconds(4));
    }

    @Test
    void ignoresASlowAcknowledgement() {
        acknowledge(BROKER, Duration.ZERO);
        acknowledge(BROKER.plusSeconds(60), Duration.ofSeconds(3));
        assertThat(clock.instant()).isEqualTo(BROKER.plusSeconds(3));
    }

    @Test
    void reportsHowFarTheMachineIsAhead() {
        machine.set(BROKER.plusSeconds(3600));
        acknowledge(BROKER, Duration.ZERO);
        assertThat(clock.ahead()).isEqualTo(Duration.ofHours(1));
        machine.set(BROKER.minusSeconds(60));
        acknowledge(BROKER, Duration.ZERO);
        assertThat(clock.ahead()).isEqualTo(Duration.ofMinutes(-1));
    }

    private void acknowledge(Instant time, Duration after) {
        BrokerClock.Sending sending = clock.sending();
        advance(after);
        sending.acknowledged(time.toEpochMilli());
    }

    private void advance(Duration duration) {
        nanos += duration.toNanos();
    }
}
