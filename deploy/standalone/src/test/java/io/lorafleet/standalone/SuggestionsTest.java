// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    @ParameterizedTest
    @CsvSource({
        "list, list, 0",
        "lits, list, 1",
        "lst, list, 1",
        "lisst, list, 1",
        "lift, list, 1",
        "ca, abc, 3",
        "'', abc, 3",
        "kitten, sitting, 3"
    })
    void theDistanceCountsTypingErrors(String one, String other, int distance) {
        assertThat(Suggestions.distance(one, other)).isEqualTo(distance);
        assertThat(Suggestions.distance(other, one)).isEqualTo(distance);
    }

    @Test
    void theMostSimilarWordComesFirstAndOthersAreLeftOut() {
        assertThat(Suggestions.of("genrate", Stream.of("workers", "generation", "generate", "up")))
                .containsExactly("generate");
        assertThat(Suggestions.of("GEN", Stream.of("workers", "generation", "generate", "up")))
                .containsExactly("generate", "generation");
        assertThat(Suggestions.of("xyzzy", Stream.of("workers", "generate", "up")))
                .isEmpty();
    }
}
