// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.Arrivals.Bursts;
import io.lorafleet.standalone.bench.Arrivals.Closed;
import io.lorafleet.standalone.bench.Arrivals.Poisson;
import io.lorafleet.standalone.bench.Arrivals.Replayed;
import io.lorafleet.standalone.bench.engine.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalsTest {
    private static final int MANY = 20_000;

    @Test
    void poissonComesAtItsRateAndAsIrregularlyAsItShould() {
        List<Duration> offsets = new Poisson(5).offsets(MANY, new Random(1));

        assertThat(offsets).isSorted().startsWith(Duration.ZERO);
        double seconds = Durations.seconds(offsets.get(MANY - 1));
        assertThat(MANY / seconds).isCloseTo(5, within(0.15)); // 4 standard deviations
        // Exponential gaps: a share of 1 - 1/e is shorter than the mean.
        long shorter = 0;
        for (int i = 1; i < MANY; i++) {
            shorter += offsets.get(i).minus(offsets.get(i - 1)).compareTo(Duration.ofMillis(200)) < 0 ? 1 : 0;
        }
        assertThat((double) shorter / MANY).isCloseTo(1 - 1 / Math.E, within(0.015));
    }

    @Test
    void theSameSeedGivesTheSameTimes() {
        Poisson poisson = new Poisson(2);

        assertThat(poisson.offsets(100, new Random(7))).isEqualTo(poisson.offsets(100, new Random(7)));
        assertThat(poisson.offsets(100, new Random(7))).isNotEqualTo(poisson.offsets(100, new Random(8)));
    }

    @Test
    void aBurstComesAtOnce() {
        assertThat(new Bursts(2, Duration.ofSeconds(3)).offsets(5, new Random(0)))
                .containsExactly(
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(6));
    }

    @Test
    void readsEachKind() {
        assertThat(Arrivals.parse("poisson:0.5")).isEqualTo(new Poisson(0.5));
        assertThat(Arrivals.parse("burst:32/1.5")).isEqualTo(new Bursts(32, Duration.ofMillis(1500)));
        assertThat(Arrivals.parse("closed:8")).isEqualTo(new Closed(8));
        assertThat(Arrivals.parse("trace:a:b.jsonl")).isEqualTo(new Replayed(Path.of("a:b.jsonl")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"poisson", "poisson:0", "poisson:NaN", "poisson:x", "burst:3", "burst:0/1", "closed:-1", "none:1"
            })
    void saysWhichKindsThereAre(String text) {
        assertThatThrownBy(() -> Arrivals.parse(text))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("--arrivals: expected poisson:RATE,")
                .hasMessageEndingWith("found " + text);
    }
}
