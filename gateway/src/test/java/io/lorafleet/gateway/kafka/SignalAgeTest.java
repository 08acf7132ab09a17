// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SignalAgeTest {
    private static final TopicPartition PARTITION = new TopicPartition("any", 0);

    private final StoppedClock clock = new StoppedClock();
    private long end = 10;
    private long position = 10;
    private boolean isBrokerAway;

    private final SignalAge signal = new SignalAge("", this::ends, channel -> Map.of(PARTITION, position), clock);

    @Test
    void isTheTimeSinceTheGatewayHadReadEverything() throws InterruptedException {
        clock.advance(Duration.ofSeconds(3));
        signal.check(Set.of());
        assertThat(signal.age()).isZero();

        end = 12;
        clock.advance(Duration.ofSeconds(3));
        signal.check(Set.of());
        assertThat(signal.age()).hasSeconds(3);

        position = 12;
        end = 20; // does not matter for what was published before
        clock.advance(Duration.ofSeconds(3));
        signal.check(Set.of());
        assertThat(signal.age()).hasSeconds(3);
    }

    @Test
    void growsWhileTheBrokerIsAway() throws InterruptedException {
        isBrokerAway = true;
        clock.advance(Duration.ofMinutes(5));
        signal.check(Set.of());
        assertThat(signal.age()).hasMinutes(5);

        isBrokerAway = false;
        signal.check(Set.of());
        assertThat(signal.age()).isZero();
    }

    private Map<TopicPartition, Long> ends(Set<String> topics) throws TimeoutException {
        if (isBrokerAway) {
            throw new TimeoutException("no broker");
        }
        return Map.of(PARTITION, end);
    }
}
