// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    @Test
    void aPercentileIsTheNearestRank() {
        List<Duration> times = IntStream.rangeClosed(1, 200)
                .mapToObj(i -> Duration.ofSeconds(201 - i)) // not sorted
                .toList();

        assertThat(Distribution.of(times)).isEqualTo(new Distribution(200, 100, 190, 198, 200));
    }

    @Test
    void ofFewTimesTheHighPercentilesAreTheLongest() {
        assertThat(Distribution.of(List.of(Duration.ofMillis(1500), Duration.ofMillis(500), Duration.ofSeconds(1))))
                .isEqualTo(new Distribution(3, 1, 1.5, 1.5, 1.5));
        assertThat(Distribution.of(List.of(Duration.ofSeconds(2)))).isEqualTo(new Distribution(1, 2, 2, 2, 2));
    }

    @Test
    void ofNothingThereIsNone() {
        assertThat(Distribution.of(List.of())).isNull();
    }
}
